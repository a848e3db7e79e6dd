"""A Windows job object round the child: memory limit, and the child ends when the program does."""

from __future__ import annotations

import sys
from subprocess import Popen
from typing import Any

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    EXTENDED_LIMITS = 9
    PROCESS_MEMORY, KILL_ON_CLOSE, DIE_ON_EXCEPTION = 0x100, 0x2000, 0x400

    class _Basic(ctypes.Structure):
        _fields_ = [
            ("per_process_time", ctypes.c_int64),
            ("per_job_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("minimum_set", ctypes.c_size_t),
            ("maximum_set", ctypes.c_size_t),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD),
            ("scheduling", wintypes.DWORD),
        ]

    class _Extended(ctypes.Structure):
        _fields_ = [
            ("basic", _Basic),
            ("io", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("peak_process", ctypes.c_size_t),
            ("peak_job", ctypes.c_size_t),
        ]

    class Job:
        """Owns the handle; closing it ends the child."""

        def __init__(self, process: Popen[Any], memory_mb: int) -> None:
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
            self._handle = wintypes.HANDLE(self._kernel.CreateJobObjectW(None, None))
            self.limit(memory_mb)
            self._kernel.AssignProcessToJobObject(self._handle, wintypes.HANDLE(int(process._handle)))

        def limit(self, memory_mb: int) -> None:
            """Set how much memory it may take from now on."""
            limits = _Extended()
            limits.basic.flags = PROCESS_MEMORY | KILL_ON_CLOSE | DIE_ON_EXCEPTION
            limits.process_memory = memory_mb << 20
            self._kernel.SetInformationJobObject(
                self._handle, EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )

        def __del__(self) -> None:
            self._kernel.CloseHandle(self._handle)

    def hold(process: Popen[Any], memory_mb: int) -> Any:
        """Put a child into a job of its own; it ends when what is given back is dropped."""
        return Job(process, memory_mb)
