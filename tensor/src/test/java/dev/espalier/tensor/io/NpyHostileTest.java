package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NpyHostileTest {
  private static final String GOOD = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  private static final int[] EIGHT_BYTES = new int[8];

  @TempDir Path directory;

  private TensorFileException refusal(HandMade contents, String field) {
    Path file = contents.writeTo(directory, "bad.npy");
    return Refusal.of(file, field, () -> Npy.read(file));
  }

  private TensorFileException refusal(String dict, String field) {
    return refusal(HandMade.npy(dict, EIGHT_BYTES), field);
  }

  @ParameterizedTest
  @CsvSource({
    "0, magic",
    "5, magic",
    "6, version",
    "7, version",
    "8, header length",
    "9, header length",
    "10, header",
    "40, header",
    "67, header",
    "68, elements",
    "75, elements"
  })
  void truncatedFile(int length, String field) {
    byte[] whole = HandMade.npy(GOOD, EIGHT_BYTES).toArray();
    assertThat(whole).hasSize(76);
    var refusal = refusal(HandMade.bytes().raw(Arrays.copyOf(whole, length)), field);
    assertThat(refusal).hasMessageContaining("are needed here").hasMessageContaining("left");
  }

  @Test
  void trailingBytes() {
    var refusal = refusal(HandMade.npy(GOOD, new int[9]), "end of file");
    assertThat(refusal.offset()).isEqualTo(76);
    assertThat(refusal).hasMessageContaining("1 more bytes");
  }

  @Test
  void badMagic() {
    var refusal = refusal(HandMade.bytes(0x89, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0, 0), "magic");
    assertThat(refusal).hasMessageContaining("89 4e 55");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "4, 0", "1, 1", "255, 0"})
  void unsupportedVersion(int major, int minor) {
    var contents = HandMade.bytes(0x93, 'N', 'U', 'M', 'P', 'Y', major, minor, 4, 0, 0, 0);
    assertThat(refusal(contents, "version").offset()).isEqualTo(6);
  }

  @Test
  void headerLengthBeyondTheFile() {
    var contents = HandMade.bytes(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0).int16(65535).ascii(GOOD);
    refusal(contents, "header");
  }

  @Test
  void headerLengthBeyondTheLimit() {
    var contents = HandMade.bytes(0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0).int32(-1).ascii(GOOD);
    assertThat(refusal(contents, "header length")).hasMessageContaining("4294967295");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~~ | header",
        "no dictionary | header",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), | header",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (2,), } | header",
        "{'descr' '<f4', 'fortran_order': False, 'shape': (2,), } | descr",
        "{'descr': <f4, 'fortran_order': False, 'shape': (2,), } | descr",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (2,), } | header",
        "{'descr': '<f4 | descr",
        "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (2,), } | descr",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), } | fortran_order",
        "{'descr': '<f4', 'fortran_order': Fals, 'shape': (2,), } | fortran_order",
        "{'descr': '<f4', 'fortran_order': 'False', 'shape': (2,), } | fortran_order",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2, } | shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2), } | shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [2], } | shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 1), } | shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (,), } | shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,), } | shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ('2',), } | shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), } | shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } + 1 | header"
      })
  void malformedDictionary(String dict, String field) {
    refusal(dict, field);
  }

  @Test
  void missingKeys() {
    refusal("{'fortran_order': False, 'shape': (2,)}", "descr");
    refusal("{'descr': '<f4', 'shape': (2,)}", "fortran_order");
    refusal("{'descr': '<f4', 'fortran_order': False}", "shape");
    refusal("{}", "descr");
  }

  @Test
  void extraKey() {
    var refusal = refusal("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", "x");
    assertThat(refusal.offset()).isEqualTo(10 + 56);
  }

  @Test
  void duplicateKey() {
    assertThat(refusal("{'descr': '<f4', 'descr': '<f8', 'shape': (2,)}", "header"))
        .hasMessageContaining("'descr' twice");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "|O ; Python objects",
        "<c8 ; complex",
        "<U4 ; text",
        "|S3 ; byte strings",
        "|V2 ; raw bytes",
        "<M8[s] ; dates",
        "<m8 ; time spans",
        "<u2 ; another width",
        "<i2 ; another width",
        "<u8 ; another width",
        "<f16 ; another width",
        "<z9 ; unknown",
        "< ; unknown",
        "f4 ; unknown",
        "|f4 ; one of",
        "=f4 ; one of",
        "=u1 ; one of"
      })
  void unsupportedDtypeIsNamed(String descr, String named) {
    var refusal =
        refusal("{'descr': '%s', 'fortran_order': False, 'shape': (2,)}".formatted(descr), "descr");
    assertThat(refusal).hasMessageContaining("'" + descr + "'").hasMessageContaining(named);
  }

  @Test
  void emptyDtype() {
    refusal("{'descr': '', 'fortran_order': False, 'shape': (2,)}", "descr");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[('x', '<f4'), ('y', '<f4')]", "('<f4', (2,))"})
  void structuredDtypeIsNamed(String descr) {
    var refusal =
        refusal("{'descr': %s, 'fortran_order': False, 'shape': (2,)}".formatted(descr), "descr");
    assertThat(refusal).hasMessageContaining("structured");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1,",
        "2, -3",
        "2147483648,",
        "9223372036854775808,",
        "2000000000, 2000000000, 2000000000",
        "2000000000, 2000000000"
      })
  void negativeOrOverflowingShape(String extents) {
    refusal("{'descr': '<f8', 'fortran_order': False, 'shape': (%s)}".formatted(extents), "shape");
  }

  @Test
  void terabytesDeclaredInATinyFile() {
    var dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 1000)}";
    assertThat(refusal(dict, "elements")).hasMessageContaining("8000000000000 bytes are needed");
  }

  @Test
  void tooManyDimensions() {
    String dict =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s)}".formatted("1,".repeat(65));
    assertThat(refusal(dict, "shape")).hasMessageContaining("65 dimensions");
  }

  @Test
  void boolThatIsNeitherZeroNorOne() {
    Path file =
        HandMade.npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", 1, 0, 2)
            .writeTo(directory, "bad.npy");
    var refusal = Refusal.afterReading(file, "elements", () -> Npy.read(file));
    assertThat(refusal.actual()).isEqualTo("2");
    assertThat(refusal.offset()).isEqualTo(file.toFile().length() - 1);
  }

  @Test
  void messageCarriesFileOffsetFieldRuleAndValueOnOneShortLine() {
    String name = "x\\n" + "y".repeat(10_000);
    byte[] dict = "{'descr': '<f4\u007f%s'}".formatted(name).getBytes(StandardCharsets.US_ASCII);
    var contents = HandMade.bytes(0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0).int32(dict.length).raw(dict);
    var refusal = refusal(contents, "descr");
    assertThat(refusal.getMessage()).contains("bad.npy").contains("offset").hasSizeLessThan(1000);
    assertThat(refusal.getMessage()).doesNotContainPattern("\\p{Cntrl}");
  }
}
