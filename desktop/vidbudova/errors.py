"""What a person can mend: numbered, with a sentence on what happened, what was kept and what to do next."""

from __future__ import annotations

from dataclasses import dataclass


def _(message: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of mendable trouble: its exit code and its three sentences (English, with {values})."""

    code: int
    message: str
    kept: str
    next: str


NOTHING_CHANGED = _("Nothing was changed.")

TROUBLES: dict[str, Trouble] = {
    "project-missing": Trouble(
        10,
        _("There is no project at {path}."),
        NOTHING_CHANGED,
        _("Check the path, or make a project with “new” or “sample”."),
    ),
    "project-exists": Trouble(
        11,
        _("There is already a file at {path}."),
        _("The file was left as it is."),
        _("Choose another name, or open the project that is there."),
    ),
    "project-not-ours": Trouble(
        12,
        _("{path} is not a Vidbudova project: {reason}"),
        _("The file was left as it is."),
        _("To bring in its data, open or make a project and import the file."),
    ),
    "project-newer": Trouble(
        13,
        _("{path} was written by a newer version (format {found}; this program knows {known})."),
        _("The file was left as it is."),
        _("Open it with the newer program."),
    ),
    "project-locked": Trouble(
        14,
        _("{path} is open in another window or program ({holder})."),
        NOTHING_CHANGED,
        _("Close it there first, or open it here to look only."),
    ),
    "project-read-only": Trouble(
        15,
        _("{path} cannot be written to: {reason}"),
        _("The project can be looked at, not changed."),
        _("Save a copy on a disk of this computer and go on there."),
    ),
    "project-damaged": Trouble(
        16,
        _("{path} is damaged: {reason}"),
        _("The file was left as it is; earlier snapshots are kept beside it."),
        _("Run “check” with “--rebuild”, or open the newest snapshot."),
    ),
    "disk-full": Trouble(
        17,
        _("The disk is full: this edit could not be written to {path}."),
        _("Everything before it is safe; the edit itself was not made."),
        _("Free some space and do it again."),
    ),
    "disk-error": Trouble(
        18,
        _("The disk gave an error at {path}: {reason}"),
        _("Everything acknowledged before is in the file; the edit itself was not made."),
        _("Save a copy on another disk, then look at this one."),
    ),
    "file-missing": Trouble(20, _("There is no file at {path}."), NOTHING_CHANGED, _("Check the path and try again.")),
    "file-unknown-format": Trouble(
        21,
        _("{file} is in no format that can be read here: {reason}"),
        NOTHING_CHANGED,
        _("Readable are: {formats}."),
    ),
    "file-unreadable": Trouble(
        22,
        _("{file} could not be read: {reason}"),
        _("Nothing of it was brought in."),
        _("Ask for the file again, or export it anew where it came from."),
    ),
    "file-too-big": Trouble(
        23,
        _("Reading {file} took more {what} than allowed ({limit})."),
        _("Nothing of it was brought in."),
        _("Split the file, or raise the limit if you trust where it came from."),
    ),
    "crs-missing": Trouble(
        24,
        _("{file} does not say which coordinate system it is in."),
        _("Nothing of it was brought in."),
        _("Say it with --crs EPSG:number; {hint}"),
    ),
    "crs-unknown": Trouble(
        25,
        _("“{crs}” is not a coordinate system that can be used: {reason}"),
        NOTHING_CHANGED,
        _("Use the form EPSG:number, for a project a metric one (for example EPSG:32637)."),
    ),
    "import-cancelled": Trouble(
        26,
        _("The import of {file} was cancelled."),
        _("Nothing of it was brought in."),
        _("Import it again whenever you like."),
    ),
    "import-empty": Trouble(
        27,
        _("{file} holds nothing that could be brought in ({reason})."),
        NOTHING_CHANGED,
        _("Look at the file in the program that made it."),
    ),
    "kind-unclear": Trouble(
        28,
        _("It is not clear what {file} holds."),
        _("Nothing of it was brought in."),
        _("Say it with --as: {kinds}."),
    ),
    "mend-unknown": Trouble(
        29,
        _("“{mend}” is no mend for a file."),
        _("Nothing of it was brought in."),
        _("Use one that the report proposes; there are: {mends}."),
    ),
    "no-such-thing": Trouble(
        30,
        _("There is no {what} “{id}” in this project."),
        NOTHING_CHANGED,
        _("Look it up with “info”, “log” or the search field."),
    ),
    "value-wrong": Trouble(
        31,
        _("“{value}” cannot be {field}: {reason}"),
        NOTHING_CHANGED,
        _("Give another value."),
    ),
    "grade-from-afar": Trouble(
        32,
        _("A structural grade {grade} cannot be set on {evidence} evidence alone."),
        _("The observation is kept and shown hatched."),
        _("Mark it from the street or after a walk-round, or choose 0, 3 (heavy or worse) or 5."),
    ),
    "conversion-not-allowed": Trouble(
        33,
        _("“{value}” of {source} has no equal on {target} from {evidence} evidence."),
        _("The raw value is kept."),
        _("Let an engineer grade the building."),
    ),
    "zone-crosses-itself": Trouble(
        34,
        _("The outline crosses itself near {place}."),
        NOTHING_CHANGED,
        _("Take back the last point and go round the other way."),
    ),
    "zone-too-thin": Trouble(
        35,
        _("The outline holds only {area} m² and is nowhere {width} m wide."),
        NOTHING_CHANGED,
        _("Draw a larger outline."),
    ),
    "zone-overlaps": Trouble(
        36,
        _("The outline overlaps the zone “{name}” by {area} m²."),
        NOTHING_CHANGED,
        _("Cut the overlap away, or move the outline."),
    ),
    "photo-unreadable": Trouble(
        37,
        _("{file} is not a picture that can be read: {reason}"),
        NOTHING_CHANGED,
        _("Use a JPEG, PNG, WebP, TIFF or HEIC-converted picture."),
    ),
    "zone-too-few-corners": Trouble(
        38,
        _("An outline needs three corners; this one has {count}."),
        _("What is drawn so far stays."),
        _("Click the next corner on the ground."),
    ),
    "zone-hole-outside": Trouble(
        39,
        _("The hole leaves the outline near {place}."),
        _("What is drawn so far stays."),
        _("Draw the hole inside the outline and beside the other holes."),
    ),
    "nothing-to-undo": Trouble(40, _("There is nothing to undo."), NOTHING_CHANGED, _("Go on working.")),
    "nothing-to-redo": Trouble(41, _("There is nothing to redo."), NOTHING_CHANGED, _("Go on working.")),
    "undo-overtaken": Trouble(
        42,
        _("“{title}” cannot be undone: {who} changed the same thing since."),
        NOTHING_CHANGED,
        _("Look at the history of the thing and set the value you want."),
    ),
    "changes-damaged": Trouble(
        43,
        _("The changes from {origin} do not agree with their checksums."),
        _("None of them was taken in."),
        _("Copy the file anew from where it came."),
    ),
    "evidence-weaker": Trouble(
        44,
        _("The grade {grade} of this building rests on {before} evidence, which {evidence} evidence does not replace."),
        _("The mark and the observation are kept as they are."),
        _("Mark it from the street or after a walk-round; choose 5 if it has been destroyed since."),
    ),
    "zone-not-cut": Trouble(
        45,
        _("The line does not cut the zone “{name}” in two."),
        NOTHING_CHANGED,
        _("Draw the line from outside the zone right across to the other side."),
    ),
    "no-display": Trouble(
        50,
        _("There is no screen to open a window on."),
        NOTHING_CHANGED,
        _("Use “render” for pictures, or start it where there is a screen."),
    ),
    "export-failed": Trouble(
        51,
        _("{file} could not be written: {reason}"),
        _("The project is untouched; no half file was left."),
        _("Choose another place or format."),
    ),
    "export-cancelled": Trouble(
        52, _("{file} was not written: it was cancelled."), NOTHING_CHANGED, _("Start it again.")
    ),
    "report-empty": Trouble(
        81,
        _("There is nothing to tell of: {path} keeps no result that still holds."),
        NOTHING_CHANGED,
        _("Run an analysis and keep its result, or name results by their ids."),
    ),
    "no-video-encoder": Trouble(
        53,
        _("There is no video encoder on this computer."),
        _("The camera path is kept; pictures can be written."),
        _("Put the ffmpeg program beside this one, or install it."),
    ),
    "path-empty": Trouble(
        54, _("The camera path {name} has no views."), NOTHING_CHANGED, _("Add views to it and try again.")
    ),
    "plugin-unknown": Trouble(
        60, _("There is no plugin “{id}”."), NOTHING_CHANGED, _("See “plugins” for what there is.")
    ),
    "plugin-not-ready": Trouble(
        61, _("The plugin “{plugin}” cannot run: {reason}"), NOTHING_CHANGED, _("See “plugins” for what it needs.")
    ),
    "plugin-parameter": Trouble(62, _("{name}: {reason}."), NOTHING_CHANGED, _("Give another value.")),
    "plugin-not-installed": Trouble(
        63,
        _("{file} cannot be installed as a plugin: {reason}."),
        _("Nothing was installed; plugins that were there stay as they are."),
        _("Ask whoever made it for a new one."),
    ),
    "plugin-ours": Trouble(
        64, _("“{id}” came with the program and cannot be removed."), NOTHING_CHANGED, _("Leave it unused.")
    ),
    "plugin-not-removed": Trouble(
        65,
        _("The plugin “{id}” could not be removed: {reason}."),
        _("It is still there."),
        _("End its runs, and try again."),
    ),
    "plugin-breaks-word": Trouble(
        66,
        _("“{plugin}” does not keep to what it says: {reason}"),
        NOTHING_CHANGED,
        _("Mend the plugin; docs/plugins.md says what it may do."),
    ),
    "plugin-failed": Trouble(
        70,
        _("The plugin “{plugin}” broke off: {reason}"),
        _("The program and the project are unharmed; earlier results are kept."),
        _("Try other parameters; if it stays so, tell whoever made the plugin. The log holds the details."),
    ),
    "plugin-crashed": Trouble(
        71,
        _("The process of the plugin “{plugin}” ended without a result (code {code})."),
        _("The program and the project are unharmed; earlier results are kept."),
        _("Run it again; if it stays so, tell whoever made the plugin. The log holds the details."),
    ),
    "plugin-too-much": Trouble(
        72,
        _("The plugin “{plugin}” took more {what} than allowed ({limit}) and was ended."),
        _("The program and the project are unharmed; earlier results are kept."),
        _("Ask for less (a smaller area, a coarser step), or run it on a larger computer."),
    ),
    "plugin-cancelled": Trouble(
        73,
        _("The run of “{plugin}” was cancelled."),
        _("Nothing was changed; earlier results are kept."),
        _("Run it again whenever you like."),
    ),
    "plugin-said": Trouble(
        74,
        _("{plugin}: {reason}"),
        _("Nothing was changed; earlier results are kept."),
        _("Mend what the plugin names, and run it again."),
    ),
    "plugin-window": Trouble(
        75,
        _("The plugin “{plugin}” wants to open windows of its own ({reason}), which plugins cannot."),
        _("The program and the project are unharmed."),
        _("Tell whoever made the plugin: it has to give charts and tables back instead."),
    ),
    "plugin-result-wrong": Trouble(
        76,
        _("What the plugin “{plugin}” gave back cannot be read: {reason}"),
        _("The program and the project are unharmed; earlier results are kept."),
        _("Tell whoever made the plugin."),
    ),
    "result-missing": Trouble(
        77,
        _("The file of this result ({id}) is not beside the project, or is damaged."),
        _("The project is untouched; what the result was made of is still listed."),
        _("Run the analysis again."),
    ),
    "cluster-missing": Trouble(
        78,
        _("The libraries for running on a cluster are not installed here."),
        NOTHING_CHANGED,
        _("Install dask[distributed], or leave “--scheduler” out to run on this computer."),
    ),
    "cluster-lost": Trouble(
        79,
        _("The cluster at {address} does not do the work: {reason}"),
        NOTHING_CHANGED,
        _("See that the scheduler and its workers run and have the same version of this program."),
    ),
}


class UserError(Exception):
    """Something a person can mend. `key` is one of TROUBLES; `values` fill its sentences.

    Raises KeyError for an unknown key and at once, so that a typo never reaches a person.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.trouble = TROUBLES[key]
        self.values = values
        super().__init__(self.trouble.message.format(**values))

    @property
    def exit_code(self) -> int:
        return self.trouble.code

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.key, self.values))


def _rebuild(key: str, values: dict[str, object]) -> UserError:
    return UserError(key, **values)
