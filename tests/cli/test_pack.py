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

    def test_a_pack_is_a_layer_without_unpacking(self):
        self.export()
        self.configured("cache", "clear")
        pack = self.work / "some.pack"
        self.write("settings.toml", f'[cache]\nlayers = ["{pack}"]\n'
                   + self.read("settings.toml").decode())
        before = pack.stat()
        for hits in (1, 2):
            hit = self.compile("m.wasm")
            self.assertEqual((hit["outcome"], hit["artifact"], self.runs()), ("hit", str(pack), 2))
            self.assertEqual(hit["offset"] % 4096, 0)
            content = self.read("some.pack")[hit["offset"]:][:hit["bytes"]]
            self.compile("m.wasm", "-o", "m.cwasm")
            self.assertEqual(self.read("m.cwasm"), content)
        self.assert_counted(0, hits=4)
        self.assertEqual(self.blobs(), [])
        self.assertEqual(self.configured("why", "m.wasm", "--json").json()["outcome"], "hit")
        self.assertEqual(pack.stat(), before)
        # What is compatible is found there, too.
        self.write("compatible.toml", self.read("settings.toml").decode()
                   .replace("[cache]\n", "[cache]\npolicy = 'compatible'\n", 1))
        run = self.cwasm("--config", "compatible.toml", "compile", "m.wasm", "--json", "--set",
                         "wasm_threads=true")
        self.assertIn(run.json()["outcome"], ("hit", "compatible_hit"))

    def test_a_damaged_pack_below_is_a_warning_and_a_compile(self):
        self.export()
        content = bytearray(self.read("some.pack"))
        content[-1] ^= 1
        self.write("some.pack", bytes(content))
        self.configured("cache", "clear")
        pack = self.work / "some.pack"
        self.write("settings.toml", f'[cache]\nlayers = ["{pack}"]\n'
                   + self.read("settings.toml").decode())
        run = self.run_tool("--config", "settings.toml", "compile", "m.wasm")
        self.assertEqual((run.status, self.runs()), (0, 3))
        self.assertEqual(run.err, f"cwasm: warning: the lower cache {pack} is not used: {pack} is no sound "
                                  "pack: at offset 0x28: the index has another SHA-256\n")

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
