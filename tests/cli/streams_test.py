"""Streams that are closed or full, signals, threads that are refused, and runs that are too large to begin."""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from program import ENDLESS, PATIENCE, PROGRAM, SANITIZED, SCENARIO, ProgramTest  # noqa: E402


class Streams(ProgramTest):
    def by_shell(self, line, status):
        done = subprocess.run(["bash", "-c", line, "bash", PROGRAM], cwd=self.folder, text=True, capture_output=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, status, f"{line}\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def test_standard_error_may_be_closed_or_full(self):
        self.write("b.yaml", SCENARIO)
        for stream in ("2>&-", "2>/dev/full"):
            with self.subTest(stream=stream):
                stdout, _ = self.by_shell(f'"$1" run small.yaml b.yaml {stream}', 0)
                self.assertEqual(stdout.count("A small quota"), 2)
                self.by_shell(f'"$1" check none.yaml {stream}', 1)
                self.by_shell(f'"$1" run small.yaml --polcy {stream}', 2)
                self.assertEqual(self.files(), {"small.yaml", "b.yaml", "results/small.h5", "results/b.h5"})

    def test_results_never_get_the_number_of_a_closed_stream(self):
        self.run_program("run", "small.yaml", "-o", "open.h5")
        self.by_shell('"$1" run small.yaml -o closed.h5 <&- 2>&- >/dev/null', 0)
        self.assertEqual((self.folder / "closed.h5").read_bytes(), (self.folder / "open.h5").read_bytes())

    def test_standard_output_that_is_closed_or_full_is_told(self):
        for command in ("run small.yaml", "list .", "--help", "schema"):
            for stream, reason in ((">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")):
                with self.subTest(command=command, stream=stream):
                    _, stderr = self.by_shell(f'"$1" {command} {stream}', 1)
                    self.assertIn(f"error: cannot write standard output: {reason}", stderr)

    def test_a_reader_that_has_gone_ends_it_as_it_ends_others(self):
        line = '"$1" schema | true; echo ${PIPESTATUS[0]}'
        self.assertEqual(self.by_shell(line, 0), ("141\n", ""))
        stdout, stderr = self.by_shell("trap '' PIPE; " + line, 0)
        self.assertEqual((stdout, stderr), ("1\n", "error: cannot write standard output: Broken pipe\n"))


class Signals(ProgramTest):
    def start(self, *arguments, part="x.h5.part", **options):
        self.write("endless.yaml", ENDLESS)
        process = subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, **options)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        for _ in range(1000):
            if (self.folder / part).exists():
                time.sleep(0.05)
                return process
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        self.fail("the run never started to write")

    def test_every_signal_leaves_nothing(self):
        told = ("HUP", "QUIT", "XCPU", "USR1", "PROF", "RTMIN")
        crashes = () if SANITIZED else ("SEGV", "ABRT")
        for name in told + crashes:
            with self.subTest(signal=name):
                number = getattr(signal, f"SIG{name}", None)
                if number is None:
                    continue
                process = self.start("run", "endless.yaml", "-o", "x.h5",
                                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
                process.send_signal(number)
                stdout, stderr = process.communicate(timeout=PATIENCE)
                self.assertEqual(self.files(), {"small.yaml", "endless.yaml"})
                self.assertEqual(stdout, "")
                if name in told:
                    self.assertEqual(process.returncode, 130, stderr)
                    self.assertIn("interrupted; x.h5 was not written\n", stderr)
                else:
                    self.assertEqual(process.returncode, -number)

    def test_a_signal_that_was_ignored_stays_so(self):
        process = self.start("run", "endless.yaml", "-o", "x.h5",
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        self.assertIsNone(process.poll())

    def test_many_replicates_stop_at_the_first_interrupt_while_they_are_compared(self):
        text = SCENARIO.replace("steps: 6, before: 2", "steps: 1").replace("size: 40", "size: 1").replace(
            "  team_size: 5\n", "").replace("replicates: 6", "replicates: 3000")
        self.write("many.yaml", text)
        process = subprocess.Popen([PROGRAM, "compare", "many.yaml"], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        while not (self.folder / "results/many.h5").exists():
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        time.sleep(0.2)
        self.assertIsNone(process.poll(), "the comparison was over before it was interrupted")
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=PATIENCE)
        self.assertLess(time.monotonic() - start, 0.5 if not SANITIZED else 10)
        self.assertEqual(process.returncode, 130, stderr)
        self.assertIn("interrupted; the results are in results/many.h5; goodhart compare results/many.h5 goes on from them\n", stderr)

    def test_a_limit_on_file_sizes_is_a_full_disk(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

        _, stderr = self.run_program("run", "small.yaml", "-o", "x.h5", status=1, preexec_fn=limit)
        self.assertIn("File too large", stderr)
        self.assertEqual(self.files(), {"small.yaml"})


class TooLarge(ProgramTest):
    def test_threads_that_the_system_refuses_are_done_without(self):
        if SANITIZED:
            self.skipTest("sanitizers reserve terabytes of addresses")
        if os.geteuid() != 0:
            self.skipTest("a limit on threads counts all that its user runs, so it takes a user who runs nothing")
        self.run_program("run", "small.yaml", "-o", "all.h5")
        self.folder.chmod(0o777)

        def as_nobody():
            resource.setrlimit(resource.RLIMIT_NPROC, (8, 8))
            os.setgid(65534)
            os.setuid(65534)

        _, stderr = self.run_program("run", "small.yaml", "-o", "few.h5", "--threads", 100, preexec_fn=as_nobody)
        self.assertRegex(stderr, r"note: the system refuses more than \d of 100 threads")
        self.assertEqual((self.folder / "few.h5").read_bytes(), (self.folder / "all.h5").read_bytes())

    def test_threads_that_leave_no_room_end_in_a_sentence(self):
        if SANITIZED:
            self.skipTest("sanitizers reserve terabytes of addresses")
        done = subprocess.run([PROGRAM, "run", "small.yaml", "--threads", "1000"], cwd=self.folder, text=True,
                              capture_output=True, timeout=PATIENCE,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)))
        self.assertIn("note: the system refuses more than", done.stderr)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        if done.returncode == 1:
            self.assertIn("there is not enough memory", done.stderr)

    def test_a_file_that_the_disk_cannot_hold(self):
        for command in ("run", "compare"):
            _, stderr = self.run_program(command, "small.yaml", "-o", "x.h5", "--replicates", 100000, "--steps", 1000000,
                                         status=1)
            self.assertRegex(stderr, r"error: small.yaml: the results would take up to \d+ TB, and this folder may hold "
                                     r"[\d.e+]+ [kMGT]?B more; .*--force")
        self.assertEqual(self.files(), {"small.yaml"})

    def test_memory_that_there_is_not(self):
        if SANITIZED:
            self.skipTest("sanitizers reserve terabytes of addresses")

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))

        _, stderr = self.run_program("run", "small.yaml", "--set", "population.size=100000000", "--threads", 1, status=1,
                                     preexec_fn=limit)
        self.assertRegex(stderr, r"error: small.yaml: this would take about [\d.]+ GB of memory, and this process may take "
                                 r"[\d.]+ GB more; .*--force")
        self.assertEqual({name for name in self.files() if name.endswith((".h5", ".part"))}, set())
        _, stderr = self.run_program("run", "small.yaml", "--set", "population.size=100000000", "--threads", 1, "--force",
                                     status=1, preexec_fn=limit)
        self.assertIn("there is not enough memory", stderr)

    def test_a_run_of_days_says_so_before_it_begins(self):
        # Months on the quickest machine; little is recorded, so that neither disk nor memory refuses it.
        self.write("days.yaml", ENDLESS.replace("replicates: 6", "replicates: 100000").replace("every: 1000}", "every: 1000000}"))
        process = self.start_program("run", "days.yaml", "-o", "x.h5", "--threads", 1)
        line = ""
        while not line.startswith("note: days"):
            line = process.stderr.readline()
            self.assertNotEqual(line, "", "it ended without a word")
        self.assertRegex(line, r"note: days.yaml: this will take about [\d.e+]+ days with 1 thread, going by its first steps")


if __name__ == "__main__":
    unittest.main()
