"""`cwasm cache export` and `cwasm cache import`."""
import unittest

from compilers import CompileTest
from support import MODULE


class Packs(CompileTest):
    def setUp(self):
        super().setUp()
        self.first = self.compile("m.wasm")
        self.write("other.wasm", MODULE + b"\0\2\1x")
        self.second = self.compile("other.wasm")

    def export(self, *arguments):
        return self.configured("cache", "export", "-o", "some.pack", *arguments, "--json").json()

    def imported(self, *arguments, **options):
        return self.configured("cache", "import", *arguments, "--json", **options)

    def ls(self):
        entries = self.configured("cache", "ls", "--json").json_lines()
        for entry in entries:
            del entry["uses"], entry["last_used"]
        return sorted(entries, key=lambda entry: entry["digest"])

    def test_what_was_exported_is_hit_after_an_import(self):
        before = self.ls()
        report = self.export()
        self.assertEqual(report, {"entries": 2, "artifacts": len({e["blob"] for e in before}),
                                  "bytes": len(self.read("some.pack")), "left_out": 0})
        self.configured("cache", "clear")
        size = self.first["bytes"] + self.second["bytes"]
        self.assertEqual(self.imported("some.pack").out,
                         f'{{"imported":2,"skipped":0,"kept":0,"bytes":{size}}}\n')
        self.assertEqual(self.ls(), before)
        self.assertEqual(self.compile("m.wasm")["outcome"], "hit")
        self.assertEqual(self.runs(), 2)
        self.assertEqual(self.imported("some.pack").json(),
                         {"imported": 0, "skipped": 2, "kept": 0, "bytes": 0})

    def test_as_text(self):
        run = self.configured("cache", "export", "-o", "some.pack")
        self.assertRegex(run.out, r"\A2 entries, \d artifacts?: \d+ bytes in some\.pack\n\Z")
        self.assertEqual(self.configured("cache", "import", "some.pack").out,
                         "0 entries imported, 0 bytes; 2 were there already\n")
        self.assertEqual(self.configured("cache", "import", "some.pack", "--quiet").out, "")

    def test_entries_are_chosen(self):
        for arguments, entries in ((("--module", "m.wasm"), 1),
                                   (("--module", self.first["digest"]), 1),
                                   (("--module", "m.wasm", "--module", "other.wasm"), 2),
                                   (("--hash", self.first["hash"]), 2),
                                   (("--hash", "0" * 32), 0),
                                   (("--release", "48"), 2),
                                   (("--release", "47"), 0),
                                   (("--target", "x86_64-unknown-linux-gnu"), 2),
                                   (("--target", "riscv64gc-unknown-linux-gnu"), 0)):
            self.assertEqual(self.export(*arguments)["entries"], entries, arguments)

    def test_what_cannot_be_done_is_said(self):
        run = self.configured("cache", "export", "-o", "p", "--hash", "12", status=2)
        self.assertEqual(run.err, "cwasm: --hash 12: it is not 32 hex digits, as `cwasm engine hash` "
                                  "prints\n")
        run = self.configured("cache", "export", "-o", "p", "--module", "absent.wasm", status=3)
        self.assertIn("absent.wasm", run.err)
        self.configured("cache", "export", status=2)
        self.configured("cache", "import", status=2)
        run = self.imported("absent.pack", status=3)
        self.assertIn("absent.pack", run.err)
        run = self.imported("m.wasm", status=4)
        self.assertEqual(run.err, "cwasm: m.wasm is no sound pack: at offset 0x8: the file ends within "
                                  "its header of 4096 bytes\n")
        self.assertFalse((self.work / "p").exists())

    def test_a_damaged_pack_changes_nothing(self):
        self.export()
        content = bytearray(self.read("some.pack"))
        content[4096] ^= 1
        self.write("some.pack", bytes(content))
        self.configured("cache", "clear")
        run = self.imported("some.pack", status=4)
        self.assertEqual(run.err, "cwasm: some.pack is no sound pack: at offset 0x1000: the blob is "
                                  "damaged: it has another SHA-256\n")
        self.assertEqual(self.ls(), [])

    def test_packs_of_equal_content_are_equal(self):
        self.export()
        first = self.read("some.pack")
        self.configured("cache", "clear")
        self.imported("some.pack")
        self.compile("m.wasm")
        self.export()
        self.assertEqual(self.read("some.pack"), first)


if __name__ == "__main__":
    unittest.main()
