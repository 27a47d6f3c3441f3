"""Runs goodhart-mpi by mpirun, where both are there."""

import os
import pathlib
import shutil

from program import PROGRAM

MPI = pathlib.Path(PROGRAM).with_name("goodhart-mpi")
MISSING = ("goodhart-mpi is not built (GOODHART_MPI)" if not MPI.exists() else
           "there is no mpirun (Debian: openmpi-bin)" if not shutil.which("mpirun") else None)


def environment():
    """As many ranks as asked for, also as root and on fewer cores, as in a container; without a network."""
    return {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_btl": "self,vader",
            "OMPI_MCA_btl_vader_single_copy_mechanism": "none", "OMPI_MCA_hwloc_base_binding_policy": "none",
            "OMPI_MCA_mpi_yield_when_idle": "1"}
