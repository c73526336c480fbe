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

final class SafeTensorsHostileTest {
  private static final String GOOD =
      "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

  @TempDir Path directory;

  private TensorFileException refusal(HandMade contents, String field) {
    Path file = contents.writeTo(directory, "bad.safetensors");
    Refusal.of(file, field, () -> SafeTensors.readAll(file));
    return Refusal.of(file, field, () -> SafeTensors.open(file).close());
  }

  /** Single quotes stand for double ones; eight bytes of data follow. */
  private TensorFileException refusal(String header, String field) {
    return refusal(HandMade.safeTensors(header.replace('\'', '"'), new int[8]), field);
  }

  private TensorFileException tensorRefusal(String description, String key) {
    return refusal("{'w':{%s}}".formatted(description), "tensor 'w' " + key);
  }

  @Test
  void emptyFile() {
    assertThat(refusal(HandMade.bytes(), "header length")).hasMessageContaining("0 left");
  }

  @ParameterizedTest
  @CsvSource({"1, header length", "7, header length", "8, header", "9, header", "60, header"})
  void truncatedHeader(int length, String field) {
    byte[] whole = HandMade.safeTensors(GOOD, new int[8]).toArray();
    assertThat(whole).hasSize(8 + 54 + 8);
    var refusal = refusal(HandMade.bytes().raw(Arrays.copyOf(whole, length)), field);
    assertThat(refusal).hasMessageContaining("are needed here");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void truncatedData(int bytes) {
    var refusal = refusal(HandMade.safeTensors(GOOD, new int[bytes]), "tensor 'w' data_offsets");
    assertThat(refusal).hasMessageContaining("within the " + bytes + " bytes after the header");
    assertThat(refusal.offset()).isEqualTo(8 + GOOD.indexOf('{', 1));
  }

  @Test
  void trailingBytes() {
    var refusal = refusal(HandMade.safeTensors(GOOD, new int[9]), "end of file");
    assertThat(refusal.offset()).isEqualTo(8 + 54 + 8);
    assertThat(refusal).hasMessageContaining("1 more bytes");
  }

  @Test
  void headerLongerThanTheFile() {
    var refusal = refusal(HandMade.bytes().int64(99_999_999).ascii(GOOD), "header");
    assertThat(refusal).hasMessageContaining("99999999 bytes are needed here, but found 54 left");
  }

  @ParameterizedTest
  @ValueSource(longs = {100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE, 1, 0})
  void headerLengthOutsideItsLimits(long length) {
    assertThat(refusal(HandMade.bytes().int64(length).ascii(GOOD), "header length"))
        .hasMessageContaining(Long.toUnsignedString(length));
  }

  @Test
  void headerThatIsNotUtf8() {
    byte[] header = "{\"??\":{}}".getBytes(StandardCharsets.US_ASCII);
    header[2] = (byte) 0xff;
    var refusal = refusal(HandMade.bytes().int64(header.length).raw(header), "header");
    assertThat(refusal.offset()).isEqualTo(8 + 2);
    assertThat(refusal).hasMessageContaining("UTF-8").hasMessageContaining("0xff");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "  ",
        "[]",
        "null",
        "'w'",
        "{} {}",
        "{'w'}",
        "{'w':}",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},}",
        "{'w':{'dtype':'F32','shape':[2,],'data_offsets':[0,8]}}",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8}}",
        " {'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}",
        "{'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}\0\0"
      })
  void headerThatIsNotOneJsonObject(String header) {
    refusal(header, "header");
  }

  @Test
  void deepNesting() {
    assertThat(refusal("{'w':" + "{'a':".repeat(100_000), "tensor 'w' a").offset())
        .isGreaterThan(8);
    assertThat(refusal("{'w':{'shape':" + "[".repeat(100_000), "header"))
        .hasMessageContaining("a number");
    assertThat(refusal("{'__metadata__':" + "{'a':".repeat(100_000), "header"))
        .hasMessageContaining("a string");
  }

  @Test
  void duplicateKeys() {
    String w = "'w':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";
    assertThat(refusal("{%s,%s}".formatted(w, w), "header")).hasMessageContaining("'w' twice");
    assertThat(refusal("{'w':{'dtype':'F32','dtype':'F32'}}", "header"))
        .hasMessageContaining("'dtype' twice");
    assertThat(refusal("{'__metadata__':{'a':'1','a':'2'}}", "header"))
        .hasMessageContaining("'a' twice");
    assertThat(refusal("{'__metadata__':{},'__metadata__':{}}", "header"))
        .hasMessageContaining("'__metadata__' twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'w':[]}",
        "{'w':'F32'}",
        "{'w':null}",
        "{'w':{'dtype':32}}",
        "{'w':{'dtype':null}}",
        "{'w':{'shape':2}}",
        "{'w':{'shape':'2'}}",
        "{'w':{'shape':{}}}",
        "{'w':{'shape':[2.0]}}",
        "{'w':{'shape':[2e0]}}",
        "{'w':{'shape':['2']}}",
        "{'w':{'shape':[null]}}",
        "{'w':{'shape':[true]}}",
        "{'w':{'shape':[9223372036854775808]}}",
        "{'w':{'data_offsets':8}}",
        "{'w':{'data_offsets':[0,8.0]}}",
        "{'__metadata__':[]}",
        "{'__metadata__':{'a':1}}",
        "{'__metadata__':{'a':null}}",
        "{'__metadata__':{'a':{}}}"
      })
  void wrongTypes(String header) {
    refusal(header, "header");
  }

  @Test
  void missingKeys() {
    tensorRefusal("'shape':[2],'data_offsets':[0,8]", "dtype");
    tensorRefusal("'dtype':'F32','data_offsets':[0,8]", "shape");
    tensorRefusal("'dtype':'F32','shape':[2]", "data_offsets");
    tensorRefusal("", "dtype");
  }

  @Test
  void unknownKey() {
    tensorRefusal("'dtype':'F32','shape':[2],'data_offsets':[0,8],'strides':[1]", "strides");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F8_E4M3", "F4", "U16", "I16", "U32", "U64", "C64", "f32", "float32", ""})
  void unknownDtype(String dtype) {
    assertThat(
            tensorRefusal(
                "'dtype':'%s','shape':[2],'data_offsets':[0,8]".formatted(dtype), "dtype"))
        .hasMessageContaining("'" + dtype + "'")
        .hasMessageContaining("BF16");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-2",
        "-1,-2",
        "2147483648",
        "9223372036854775807",
        "2147483647,2147483647,2147483647",
        "2147483647,2147483647"
      })
  void negativeOrOverflowingShape(String extents) {
    tensorRefusal("'dtype':'F64','shape':[%s],'data_offsets':[0,8]".formatted(extents), "shape");
  }

  @Test
  void tooManyDimensions() {
    String ones = "1" + ",1".repeat(64);
    assertThat(
            tensorRefusal(
                "'dtype':'F64','shape':[%s],'data_offsets':[0,8]".formatted(ones), "shape"))
        .hasMessageContaining("65 dimensions");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[2],'data_offsets':[0,7]",
        "[2],'data_offsets':[0,9]",
        "[3],'data_offsets':[0,8]",
        "[],'data_offsets':[0,8]",
        "[0],'data_offsets':[0,8]",
        "[2],'data_offsets':[8,0]",
        "[2],'data_offsets':[-8,0]",
        "[0],'data_offsets':[-8,-8]",
        "[2],'data_offsets':[0]",
        "[2],'data_offsets':[0,8,16]",
        "[2],'data_offsets':[]",
        "[1073741824,536870911],'data_offsets':[6917529031936049152,-9223372036854775808]"
      })
  void offsetsThatDoNotFitShapeAndType(String description) {
    tensorRefusal("'dtype':'F32','shape':" + description, "data_offsets");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[2],'data_offsets':[8,16]",
        "[2],'data_offsets':[9223372036854775799,9223372036854775807]",
        "[2000000000,1000],'data_offsets':[0,8000000000000]"
      })
  void offsetsOutsideTheFile(String description) {
    assertThat(tensorRefusal("'dtype':'F32','shape':" + description, "data_offsets"))
        .hasMessageContaining("within the 8 bytes after the header");
  }

  @Test
  void overlappingTensors() {
    assertThat(
            refusal(
                "{'a':{'dtype':'U8','shape':[5],'data_offsets':[0,5]},"
                    + "'b':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}",
                "tensor 'b' data_offsets"))
        .hasMessageContaining("overlap")
        .hasMessageContaining("ends at 5");
    assertThat(
            refusal(
                "{'b':{'dtype':'U8','shape':[8],'data_offsets':[0,8]},"
                    + "'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}",
                "tensor 'a' data_offsets"))
        .hasMessageContaining("overlap");
  }

  @Test
  void holes() {
    assertThat(
            refusal(
                "{'a':{'dtype':'U8','shape':[3],'data_offsets':[0,3]},"
                    + "'b':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}",
                "tensor 'b' data_offsets"))
        .hasMessageContaining("must begin at 3");
    assertThat(
            refusal(
                "{'a':{'dtype':'U8','shape':[7],'data_offsets':[1,8]}}", "tensor 'a' data_offsets"))
        .hasMessageContaining("must begin at 0");
  }

  @Test
  void boolThatIsNeitherZeroNorOne() {
    String header = "{\"m\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]}}";
    Path file = HandMade.safeTensors(header, 1, 255, 0).writeTo(directory, "bad.safetensors");
    var refusal = Refusal.afterReading(file, "tensor 'm'", () -> SafeTensors.readAll(file));
    assertThat(refusal.offset()).isEqualTo(8 + header.length() + 1);
    assertThat(refusal.actual()).isEqualTo("255");
    Refusal.of(
        file,
        "tensor 'm'",
        () -> {
          try (SafeTensorsFile open = SafeTensors.open(file)) {
            open.mapped("m");
          }
        });
  }
}
