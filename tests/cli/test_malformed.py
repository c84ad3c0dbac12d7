"""Damaged and foreign files: a clear error with what was read and where, and nothing written."""
import re
import unittest

from support import HOST, CliTest, Section, artifact, elf

# Where something is said to be wrong.
OFFSET = re.compile(r"offset (0x[0-9a-f]+|0\b)")
SECTION_AT = 64  # of the engine section in these files


class Malformed(CliTest):
    def setUp(self):
        super().setUp()
        self.write("host.toml", HOST)
        self.good = self.section()

    def refusals(self, files, verbs=("check", "inspect"), status=4):
        """What is said of each of the files, by one run of each verb: {name: message}, for check."""
        for name, content in files.items():
            self.write(name, content)
        said = {}
        for verb in reversed(verbs):
            run = self.cwasm("--config", "host.toml", verb, "--json", *files, status=status)
            lines = run.json_lines()
            self.assertEqual([line["file"] for line in lines], list(files))
            said = {line["file"]: line["error"]["message"] for line in lines}
            self.assertEqual([f"cwasm: {message}" for message in said.values()],
                             run.err.splitlines())
            self.assertEqual({line["error"]["code"] for line in lines},
                             {"malformed" if status == 4 else "unsupported"})
        self.assert_untouched()
        return said

    def assert_said(self, cases, **options):
        """cases: {file: (content, end of the message)}"""
        said = self.refusals({name: content for name, (content, _) in cases.items()}, **options)
        for name, (_, text) in cases.items():
            with self.subTest(name=name):
                self.assertEqual(said[name], f"{name}: {text}")

    def test_what_is_no_elf_file(self):
        said = self.refusals({"empty": b"", "text": b"(module)\n", "wasm": b"\0asm\1\0\0\0",
                              "zeros": bytes(4096), "elf32": b"\x7fELF\1\1\1" + bytes(200)})
        for name, message in said.items():
            with self.subTest(name=name):
                self.assertIn(f"{name}: failed to parse precompiled artifact as an ELF", message)
                self.assertRegex(message, OFFSET)

    def test_files_cut_short(self):
        whole = artifact(self.good)
        lengths = [*range(0, 72, 3), *range(72, len(whole), 31), *range(len(whole) - 257, len(whole), 16)]
        said = self.refusals({f"{length}.cwasm": whole[:length] for length in lengths})
        for name, message in said.items():
            with self.subTest(name=name):
                self.assertRegex(message, OFFSET)

    def test_metadata_cut_short(self):
        # The version text and one byte behind it have to be there to speak of metadata.
        lengths = range(5, len(self.good), 3)
        said = self.refusals({f"{length}.cwasm": artifact(self.good[:length])
                              for length in lengths})
        for length, message in zip(lengths, said.values(), strict=True):
            with self.subTest(length=length):
                self.assertIn("Hit the end of buffer, expected more data (reading ", message)
                place = re.search(r"at offset (0x[0-9a-f]+) of the engine section\)$", message)
                self.assertLessEqual(int(place[1], 16), length)

    def test_metadata_with_wrong_bytes(self):
        # Behind the last isa flag stands the collector, an option: 1, then the variant.
        collector = self.good.index(b"has_lzcnt\2\0") + len(b"has_lzcnt\2\0")
        self.assertEqual(self.good[4] + 5, self.good.index(b"\x1b\x12regalloc"), "the target is first")

        def put(at, new, length=None):
            return artifact(self.good[:at] + new + self.good[at + (length or len(new)):])

        self.assert_said({
            "varint": (put(4, b"\xff" * 11), "Found a varint that didn't terminate. Is the usize too "
                       "big for this platform? (reading target at offset 0x4 of the engine section)"),
            "long": (put(4, b"\xff\x7f", 1), "Hit the end of buffer, expected more data (reading "
                     "target at offset 0x4 of the engine section)"),
            "utf8": (put(7, b"\xff"), "Tried to parse invalid utf-8 (reading target at offset 0x4 of "
                     "the engine section)"),
            "bool": (put(collector - 1, b"\2"), "Found a bool that wasn't 0 or 1 (found 2, reading "
                     f"isa_flags[18].value at offset {collector - 1:#x} of the engine section)"),
            "option": (put(collector, b"\2"), "Found an Option discriminant that wasn't 0 or 1 "
                       f"(found 2, reading collector at offset {collector:#x} of the engine "
                       "section)"),
            "variant": (put(collector + 1, b"\x09"), "Serde Deserialization Error (found 9, reading "
                        f"collector at offset {collector + 1:#x} of the engine section)"),
        })

    def test_engine_sections_with_a_wrong_head(self):
        self.assert_said({
            "none": (elf([Section(".wasmtime.bti", b"\0")], flags=1), "failed to find section "
                     "`.wasmtime.engine` (none of the 3 section headers at offset 0x60 has that "
                     "name)"),
            "empty": (artifact(b""), "invalid engine section: it has 0 bytes, not the 2 it begins "
                      "with"),
            "one": (artifact(b"\0"), "invalid engine section: it has 1 bytes, not the 2 it begins "
                    "with"),
            "format": (artifact(b"\1" + self.good[1:]), "mismatched version in engine section: "
                       "format version 1 at offset 0x0, expected 0"),
            "short": (artifact(b"\0\xff" + self.good[2:100]), "engine section too small: a version "
                      "text of 255 bytes (length at offset 0x1) and metadata do not fit into the 98 "
                      "bytes that follow"),
            "no-metadata": (artifact(self.good[:4]), "engine section too small: a version text of 2 "
                            "bytes (length at offset 0x1) and metadata do not fit into the 2 bytes "
                            "that follow"),
            "version-utf8": (artifact(b"\0\2\xff8" + self.good[4:]), "invalid utf-8 sequence of 1 "
                             "bytes from index 0 (in the version text at offset 0x2 of the engine "
                             "section)"),
        })

    def test_a_section_that_lies_outside_of_the_file(self):
        whole = bytearray(artifact(self.good))
        headers = int.from_bytes(whole[40:48], "little")
        self.assertEqual(whole[headers + 64 + 24], SECTION_AT)
        whole[headers + 64 + 32:headers + 64 + 40] = (1 << 40).to_bytes(8, "little")
        said = self.refusals({"outside": bytes(whole)})
        self.assertIn("0x10000000000 bytes at offset 0x40", said["outside"])

    def test_a_release_without_a_layout(self):
        unknown = b"\0\x0299" + self.good[4:]
        # Metadata that fits none of the layouts we know: only then is nothing to be read.
        self.assert_said({"99.cwasm": (artifact(unknown[:-3]), "written by Wasmtime 99 (version text "
                                       "at offset 0x2 of the engine section), whose layout is not "
                                       "known (known are 3 to 49)")}, verbs=("inspect",), status=5)
        run = self.cwasm("--config", "host.toml", "check", "99.cwasm", "--json", status=6)
        (mismatch,) = run.json()["mismatches"]
        self.assertEqual((mismatch["code"], mismatch["message"]),
                         ("version", "Module was compiled with incompatible version '99'"))
        self.assertIsNone(run.json()["release"])

    def test_a_text_that_names_nothing_before_metadata_that_fits_nothing(self):
        section = b"\0\4ours" + self.good[4:-3]
        self.assert_said({"ours": (artifact(section), "the version text 'ours' names no release, and "
                                   "the metadata at offset 0x6 of the engine section fits the layout "
                                   "of none (--release N reads it as that of release N)")},
                         verbs=("inspect",))

    def test_the_wrong_kind_is_an_answer_and_no_error(self):
        self.write("module.cwasm", artifact(self.good))
        run = self.cwasm("--config", "host.toml", "check", "--kind", "component", "module.cwasm",
                         "--json", status=6)
        self.assertEqual([m["message"] for m in run.json()["mismatches"]],
                         ["incompatible object file format"])
        self.assertIsNone(run.json()["error"])

    def test_bytes_behind_the_metadata_are_no_error(self):
        self.write("more.cwasm", artifact(self.good + b"more"))
        self.cwasm("--config", "host.toml", "check", "more.cwasm")
        self.assertEqual(self.cwasm("inspect", "more.cwasm", "--json").json()["trailing_bytes"], 4)


if __name__ == "__main__":
    unittest.main()
