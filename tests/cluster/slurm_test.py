"""The commands of docs/clusters.md for Slurm, on a Slurm of one node that the test starts for itself as root."""

import hashlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))
from program import PROGRAM, SOURCE, ProgramTest  # noqa: E402

TOOLS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo")
PATH = f"{os.environ['PATH']}:/usr/sbin"
MISSING = next((f"there is no {tool} (Debian: slurm-wlm, munge)" for tool in TOOLS if not shutil.which(tool, path=PATH)),
               "only root can start a Slurm" if os.geteuid() != 0 else None)

CONFIGURATION = """\
ClusterName=one
SlurmctldHost={host}
SlurmctldPort={control}
SlurmdPort={node}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_port():
    with socket.socket() as listening:
        listening.bind(("", 0))
        return listening.getsockname()[1]


class Slurm(ProgramTest):
    def setUp(self):
        super().setUp()
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "goodhart").symlink_to(PROGRAM)
        # Slurm takes no blanks in names.
        self.place = pathlib.Path("/tmp") / f"goodhart-slurm-{os.getpid()}"
        self.place.mkdir(mode=0o755)
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        for name in ("state", "spool"):
            (self.place / name).mkdir()
        host = socket.gethostname().split(".")[0]
        (self.place / "slurm.conf").write_text(CONFIGURATION.format(host=host, folder=self.place, control=free_port(), node=free_port()))
        self.environment = {**os.environ, "PATH": f"{tools}:{PATH}", "SLURM_CONF": str(self.place / "slurm.conf")}
        key = self.place / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self.start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.place}/munge.socket",
                   f"--pid-file={self.place}/munged.pid", f"--log-file={self.place}/munged.log", f"--seed-file={self.place}/seed")
        self.await_("munged", lambda: (self.place / "munge.socket").exists())
        self.start("slurmctld", "-D", "-i")
        self.start("slurmd", "-D", "-N", host)
        self.await_("slurmd", lambda: "idle" in self.shell("sinfo --noheader --format=%T || true"))

    def start(self, *command):
        with open(self.place / f"{command[0]}.said", "w") as said:
            process = subprocess.Popen(command, env=self.environment, stdout=said, stderr=said, start_new_session=True)

        def end():
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

        self.addCleanup(end)

    def await_(self, what, is_there):
        end = time.monotonic() + 20
        while not is_there():
            if time.monotonic() > end:
                said = "".join(file.read_text()[-600:] for file in sorted(self.place.glob("*.said")) + sorted(self.place.glob("*.log")))
                self.skipTest(f"{what} does not start here: {said}")
            time.sleep(0.2)

    def shell(self, commands):
        done = subprocess.run(["bash", "-euc", commands], cwd=self.folder, env=self.environment, text=True, timeout=60,
                              capture_output=True)
        self.assertEqual(done.returncode, 0, f"{commands}\nsaid:\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_an_array_job_and_a_merge_that_waits_for_it(self):
        studies, clusters = ((SOURCE / f"docs/{name}.md").read_text() for name in ("studies", "clusters"))
        self.write("targets.yaml", re.search(r"```yaml\n(.*?)```", studies, re.S)[1])
        commands = next(text for text in re.findall(r"```sh\n(.*?)```", clusters, re.S) if "sbatch" in text)
        self.run_program("sweep", "targets.yaml", "--quiet", "-o", "whole.h5")
        self.shell(commands)
        end = time.monotonic() + 120
        while self.shell("squeue --noheader").strip() and time.monotonic() < end:
            time.sleep(0.5)
        said = "".join(file.read_text() for file in self.folder.glob("slurm-*.out"))
        self.assertTrue((self.folder / "results/targets-sweep.h5").exists(), said)
        digests = {hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                   for name in ("whole.h5", "results/targets-sweep.h5")}
        self.assertEqual(len(digests), 1)


if __name__ == "__main__":
    if MISSING:
        print(f"skipped: {MISSING}")
        sys.exit(77)
    done = unittest.main(exit=False).result
    sys.exit(1 if not done.wasSuccessful() else 77 if done.skipped else 0)
