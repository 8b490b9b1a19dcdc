"""`sarhad fuse` on noisy reports and on two lists of real events. The program is named by SARHAD_PROGRAM.

The weights were set on other seeds than these (noise.SEEDS_WEIGHTS_WERE_SET_ON)."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

import lists
import noise

PROGRAM = os.environ.get("SARHAD_PROGRAM", "sarhad")
HEADER = ",".join(noise.FIELDS)


class Fuse(unittest.TestCase):
    def setUp(self) -> None:
        self._held = tempfile.TemporaryDirectory()
        self.addCleanup(self._held.cleanup)
        self.folder = Path(self._held.name)

    def run_fuse(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PROGRAM, "fuse", "--reports", str(self.folder / "reports.csv"), "--out",
                               str(self.folder / "pairs.csv"), *more], capture_output=True, text=True, errors="replace", timeout=300)

    def evaluation(self) -> dict[str, float]:
        done = self.run_fuse("--evaluate", str(self.folder / "truth.csv"), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["evaluation"]

    def pairs(self) -> list[dict[str, str]]:
        with (self.folder / "pairs.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def write(self, *rows: str, header: str = HEADER) -> None:
        (self.folder / "reports.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")

    # --- how good it is ---

    def test_the_middle_level_meets_the_goal_on_seeds_that_nothing_was_set_on(self) -> None:
        self.assertFalse(set(noise.SEEDS) & set(noise.SEEDS_WEIGHTS_WERE_SET_ON))
        for seed in noise.SEEDS:
            with self.subTest(seed=seed):
                noise.write_case(self.folder, noise.MIDDLE, seed)
                found = self.evaluation()
                self.assertGreaterEqual(found["precision"], 0.97)
                self.assertGreaterEqual(found["recall"], 0.90)

    def test_more_noise_never_makes_it_rash(self) -> None:
        for level, least in zip(noise.LEVELS, (0.99, 0.98, 0.97, 0.90, 0.85)):
            with self.subTest(level=level.name):
                noise.write_case(self.folder, level, noise.SEEDS[0])
                self.assertGreaterEqual(self.evaluation()["precision"], least)

    def test_two_lists_of_real_events(self) -> None:
        if not lists.UCDP.exists():
            self.skipTest(f"the real list is not there: {lists.UCDP.name} in ../shared/data/incidents")
        # A district's centre and a day's error leave many an event with several that fit: there less is asked.
        least = {"shifted 3 km": (0.90, 0.93), "rounded to 0.1 deg, stated to 100 m": (0.90, 0.90),
                 "district centroids": (0.88, 0.70), "quiet years, centroids": (0.88, 0.85)}
        for shape in lists.SHAPES:
            if shape.name not in least:
                continue
            with self.subTest(shape=shape.name):
                lists.write_lists(self.folder, shape, noise.SEEDS[0])
                found = self.evaluation()
                self.assertGreaterEqual(found["precision"], least[shape.name][0])
                self.assertGreaterEqual(found["recall"], least[shape.name][1])

    # --- what it writes ---

    def test_prints_precision_recall_and_f1_on_a_line_of_their_own(self) -> None:
        noise.write_case(self.folder, noise.LEVELS[0], 1, events=100)
        done = self.run_fuse("--evaluate", str(self.folder / "truth.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line for line in done.stdout.splitlines() if line.startswith("precision")]
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0], r"^precision \d\.\d+ recall \d\.\d+ f1 \d\.\d+$")
        self.assertRegex(done.stdout, r"(?m)^clusters predicted \d+ true \d+$")

    def test_pairs_come_with_terms_that_sum_to_their_score(self) -> None:
        noise.write_case(self.folder, noise.MIDDLE, 2, events=300)
        self.assertEqual(self.run_fuse().returncode, 0)
        pairs = self.pairs()
        self.assertGreater(len(pairs), 100)
        for pair in pairs:
            self.assertEqual(list(pair), ["a", "b", "score", "probability", "decision", "terms"])
            bits = [float(term.split(":")[0].split()[-1]) for term in pair["terms"].split(" | ")]
            self.assertAlmostEqual(sum(bits), float(pair["score"]), delta=0.06)
            self.assertIn(pair["decision"], ("identical", "strong", "review", "person", "apart"))

    def test_the_order_of_the_rows_changes_nothing(self) -> None:
        noise.write_case(self.folder, noise.MIDDLE, 3, events=400)
        self.run_fuse()
        first = sorted(map(tuple, (pair.values() for pair in self.pairs())))
        head, *rows = (self.folder / "reports.csv").read_text(encoding="utf-8").splitlines()
        random.Random(1).shuffle(rows)
        self.write(*rows, header=head)
        self.run_fuse()
        self.assertEqual(first, sorted(map(tuple, (pair.values() for pair in self.pairs()))))

    # --- what it is given ---

    def test_names_bad_rows_with_their_line_and_takes_the_others(self) -> None:
        self.write("a,fc,2031-01-01T10:00:00Z,,66,30,,,som,,,", "b,police,2031-13-01,,66,30,,,som,,,",
                   "c,police,2031-01-01T10:00:00Z,,200,30,,,som,,,", "d,police,2031-01-01T10:00:00Z,,x,30,,,som,,,",
                   "a,police,2031-01-01T10:00:00Z,,66,30,,,som,,,", "e,police", "f,police,2031-01-01T10:30:00Z,,66,30,,,som,,,",
                   "g,police,,,66,30,,,som,,,", "h,police,2031-01-02,2031-01-01,66,30,,,som,,,")
        done = self.run_fuse()
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in (3, 4, 5, 6, 7, 9, 10):
            self.assertIn(f"line {line} skipped: ", done.stderr)
        self.assertIn("7 lines skipped", done.stderr)
        self.assertEqual([(pair["a"], pair["b"]) for pair in self.pairs()], [("a", "f")])

    def test_refuses_what_is_no_table_of_reports(self) -> None:
        (self.folder / "reports.csv").write_text("", encoding="utf-8")
        self.assertEqual(self.run_fuse().returncode, 1)
        self.write("1,2", header="x,y")
        done = self.run_fuse()
        self.assertEqual(done.returncode, 2)
        self.assertIn('no column "id"', done.stderr)
        self.write("a,fc,never,,66,30,,,som,,,")
        self.assertEqual(self.run_fuse().returncode, 2)
        self.assertFalse((self.folder / "pairs.csv").exists())

    def test_takes_other_peoples_lists_by_a_mapping(self) -> None:
        header = "event,list,day,x,y,what"
        self.write("1,alpha,2031-05-01 00:00:00,66,30,bomb", "2,beta,2031-05-01 00:00:00,66.01,30,bomb", header=header)
        (self.folder / "mapping.json").write_text(json.dumps({
            "columns": {"source_ref": "event", "agency": "list", "valid_from": "day", "kind": "what"},
            "lookups": {"kind": {"bomb": "ied"}}, "naive_times_are": "UTC"}), encoding="utf-8")
        done = self.run_fuse("--mapping", str(self.folder / "mapping.json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("both ied", self.pairs()[0]["terms"])

    def test_an_archive_sent_again_with_new_numbers_is_suggested_and_never_merged(self) -> None:
        rows = [f"n{i},fc,2031-01-{1 + i % 28:02}T{i % 23:02}:{i % 59:02}:07Z,,{61 + i * 0.0371:.5f},{28 + i * 0.0213:.5f},500,600,som,{i % 7},,"
                for i in range(100)]
        self.write(*rows, *("again-" + row for row in rows))
        self.assertEqual(self.run_fuse().returncode, 0)
        twins = [pair for pair in self.pairs() if "again-" + pair["b"] == pair["a"] or "again-" + pair["a"] == pair["b"]]
        self.assertEqual(len(twins), 100)
        self.assertEqual({pair["decision"] for pair in twins}, {"strong"})
        self.assertTrue(all("resubmission" in pair["terms"] for pair in twins))

    def test_a_month_and_a_province_against_a_point_goes_to_a_person(self) -> None:
        self.write("a,fc,2031-01-10T10:00:00Z,,66,30,1000,3600,som,5,5,",
                   "b,police,2031-01-01,2031-01-31,66.5,30.5,200000,,som,100,200,")
        self.assertEqual(self.run_fuse().returncode, 0)
        self.assertEqual([pair["decision"] for pair in self.pairs()], ["person"])

    def test_survives_any_bytes(self) -> None:
        dice = random.Random(4)
        for _ in range(30):
            text = bytearray((HEADER + "\na,fc,2031-01-10T10:00:00Z,,66,30,1000,3600,som,5,5,\"x\ny\"\n" * 3).encode())
            for _ in range(12):
                text[dice.randrange(len(text))] = dice.randrange(256)
            (self.folder / "reports.csv").write_bytes(bytes(text))
            self.assertIn(self.run_fuse().returncode, (0, 1, 2))


if __name__ == "__main__":
    unittest.main()
