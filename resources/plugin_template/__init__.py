"""People who lived in damaged buildings. Change it into your own analysis: `run` is all that the program calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from vidbudova.plugin import Chart, City, Figure, PluginError, Progress, Result, ResultTable, Series, Style, translate

from .people import HOMES, floor_area_m2, residents

WORDS = {
    "no buildings": {
        "en": "The city has no buildings yet; import some first.",
        "uk": "У місті ще немає будівель; спершу імпортуйте їх.",
        "ko": "도시에 아직 건물이 없습니다. 먼저 가져오세요.",
    },
    "reading": {"en": "Reading buildings", "uk": "Читання будівель", "ko": "건물 읽는 중"},
    "homes": {"en": "Homes lost", "uk": "Втрачене житло", "ko": "잃은 주택"},
    "people": {"en": "People", "uk": "Люди", "ko": "인원"},
    "grade": {"en": "Damage grade", "uk": "Ступінь пошкодження", "ko": "파손 등급"},
    "by grade": {"en": "People by damage grade", "uk": "Люди за ступенем пошкодження", "ko": "파손 등급별 인원"},
    "without": {"en": "People without a home", "uk": "Люди без житла", "ko": "집을 잃은 사람"},
    "formula": {
        "en": "sum of people in homes of grade {grade} or worse",
        "uk": "сума людей у житлі ступеня {grade} або гірше",
        "ko": "{grade}등급 이상 주택에 살던 사람의 합",
    },
    "source": {
        "en": "damage grades after EMS-98 (Grünthal 1998)",
        "uk": "ступені пошкодження за EMS-98 (Grünthal 1998)",
        "ko": "EMS-98 파손 등급 (Grünthal 1998)",
    },
    "guessed": {
        "en": "For {n} homes the data say no people; they are the floor area by {area} m² a person.",
        "uk": "Для {n} житлових будівель даних про людей немає; взято площу, поділену на {area} м² на людину.",
        "ko": "주택 {n}채는 거주자 자료가 없어 연면적을 1인당 {area} m²로 나누었습니다.",
    },
}


def run(city: City, parameters: dict[str, Any], progress: Progress) -> Result:
    """Count the people who lived in what is damaged.

    Raises
    ------
    PluginError
        If the city has no buildings: a sentence for the person who ran it.
    """

    def say(key: str, **values: Any) -> str:
        return translate(WORDS[key], city.language).format(**values)

    if not city.has("buildings"):
        raise PluginError(say("no buildings"))
    progress(0.1, say("reading"))
    homes, guessed = _homes(city, parameters["area_per_person"])
    progress(0.7, say("homes"))
    lost = homes[homes["grade"] >= parameters["from_grade"]].reset_index(drop=True)
    figure = Figure(
        "people_without_home", say("without"), round(float(lost["people"].sum()), 1),
        formula=say("formula", grade=parameters["from_grade"]), inputs="buildings, damage_marks", source=say("source"),
        date="1998",
    )  # fmt: skip
    return Result(
        summary={figure.name: figure.value, "homes_lost_count": len(lost)},
        figures=(figure,),
        tables=(_table(lost, say),),
        charts=(_chart(homes, say),),
        report=f"# {figure.title}\n{figure.title}: {figure.value} ({figure.formula}).",
        warnings=(say("guessed", n=guessed, area=parameters["area_per_person"]),) if guessed else (),
    )


def _homes(city: City, area_per_person_m2: float) -> tuple[Any, int]:
    """Buildings in which people live, with `people` and `grade` (NaN where nobody looked), and how many are guessed."""
    found = city.table("buildings", ["geometry", "use", "levels", "height_m", "people", "part_of"])
    found = found[found["part_of"].isna()].reset_index(drop=True)  # parts would count a building twice
    area = floor_area_m2(found.area.to_numpy(), found["levels"].to_numpy(), found["height_m"].to_numpy())
    people, guessed = residents(
        found["people"].to_numpy(), area, found["use"].isin(HOMES).to_numpy(), area_per_person_m2
    )
    grades = city.table("damage_marks", ["grade"]).set_index("id")["grade"]
    found = found.assign(people=np.round(people, 1), grade=found["id"].map(grades).astype(float))
    return found[found["people"] > 0][["id", "geometry", "people", "grade"]], int(guessed.sum())


def _table(lost: Any, say: Any) -> ResultTable:
    return ResultTable(
        "homes", say("homes"), lost, units={"people": ""}, titles={"people": say("people"), "grade": say("grade")},
        about="buildings", style=Style("graduated", "people"),
    )  # fmt: skip


def _chart(homes: Any, say: Any) -> Chart:
    people = homes.dropna(subset=["grade"]).groupby("grade")["people"].sum().reindex(np.arange(6.0), fill_value=0.0)
    series = Series(say("people"), [f"{grade:.0f}" for grade in people.index], people.to_list())
    return Chart("by_grade", say("by grade"), "bar", say("grade"), say("people"), (series,))
