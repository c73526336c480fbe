package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @Test
  void readsEveryKindOfValue() {
    Object value =
        Json.parse(" {\"a\": [1, -2.5, true, false, null], \"b\": {\"c\": \"text\"}, \"d\": []}\n");
    assertThat(value)
        .isEqualTo(
            Map.of(
                "a", Arrays.asList(1L, -2.5, true, false, null),
                "b", Map.of("c", "text"),
                "d", List.of()));
  }

  @Test
  void keepsTheOrderOfMembers() {
    assertThat(((Map<?, ?>) Json.parse("{\"z\":1,\"a\":2,\"m\":3}")).keySet().toArray())
        .containsExactly("z", "a", "m");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808"
  })
  void readsIntegersAsLong(String text, long value) {
    assertThat(Json.parse(text)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.5", "1e3, 1000", "1E-2, 0.01", "-0.0, -0.0", "1.5e+1, 15", "1e-400, 0"})
  void readsOtherNumbersAsDouble(String text, double value) {
    assertThat(Json.parse(text)).isEqualTo(value);
  }

  @Test
  void readsEscapesAndUtf8() {
    assertThat(Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83c\\udf33 é🌳\""))
        .isEqualTo("\"\\/\b\f\n\r\té🌳 é🌳");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~~ | 0",
        "~   ~ | 3",
        "nul | 0",
        "truth | 0",
        "+1 | 0",
        "01 | 1",
        "-  | 1",
        "1. | 2",
        "1e | 2",
        ".5 | 0",
        "NaN | 0",
        "Infinity | 0",
        "9223372036854775808 | 0",
        "1e400 | 0",
        "{ | 1",
        "[1 2] | 3",
        "[1,] | 3",
        "{\"a\" 1} | 5",
        "{\"a\":1,} | 7",
        "{a:1} | 1",
        "{1:1} | 1",
        "[1}  | 2",
        "1 2 | 2",
        "\"open | 0",
        "\"\\x\" | 2",
        "\"\\u12g4\" | 5",
        "\"\\u12 | 5",
        "\"\\ | 2",
        "\"\\ud800\" | 0",
        "\"\\udc00\\ud800\" | 0",
        "{\"k\":1,\"k\":2} | 7",
        "'single' | 0",
        "[1] // comment | 4"
      })
  void refusesWhatIsNotJsonWithItsOffset(String text, int offset) {
    var refusal = catchThrowableOfType(JsonException.class, () -> Json.parse(text));
    assertThat(refusal).isNotNull();
    assertThat(refusal.offset()).isEqualTo(offset);
    assertThat(refusal).hasMessageContaining("offset " + offset).hasMessageContaining("found");
  }

  @Test
  void refusesRawControlCharactersInStrings() {
    assertThatThrownBy(() -> Json.parse("\"a\nb\""))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("offset 2");
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    byte[] overlongSlash = {'"', 'a', (byte) 0xc0, (byte) 0xaf, '"'};
    assertThatThrownBy(() -> Json.parse(overlongSlash))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("offset 2")
        .hasMessageContaining("UTF-8")
        .hasMessageContaining("0xc0");
  }

  @Test
  void nestsToItsLimitAndNoFurther() {
    int limit = JsonReader.DEEPEST_NESTING;
    assertThat(Json.parse("[".repeat(limit) + "]".repeat(limit))).isInstanceOf(List.class);
    assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("offset " + limit)
        .hasMessageContaining("nested");
  }

  @Test
  void writesOnOneLineInTheOrderGiven() {
    var map = new LinkedHashMap<String, Object>();
    map.put("name", "a\"b\\c\n\u0001é");
    map.put("list", Arrays.asList(1, 2L, 0.1, true, null));
    map.put("empty", Map.of());
    assertThat(Json.write(map))
        .isEqualTo(
            "{\"name\":\"a\\\"b\\\\c\\n\\u0001é\",\"list\":[1,2,0.1,true,null],\"empty\":{}}");
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        0.1,
        -0.0,
        1.0,
        1e300,
        Double.MIN_VALUE,
        Double.MAX_VALUE,
        1.0 / 3,
        100000000000000000000.0
      })
  void doublesReadBackToTheLastBit(double value) {
    Object back = Json.parse(Json.write(value));
    assertThat(back).isInstanceOf(Double.class);
    assertThat(Double.doubleToRawLongBits((Double) back))
        .isEqualTo(Double.doubleToRawLongBits(value));
  }

  @Test
  void floatsReadBackToTheLastBit() {
    assertThat(((Double) Json.parse(Json.write(0.1f))).floatValue()).isEqualTo(0.1f);
  }

  @Test
  void nestedValuesReadBackEqual() {
    var value = new ArrayList<Object>();
    value.add(Map.of("k", List.of(Long.MIN_VALUE, "\u2028 🌳")));
    value.add("");
    assertThat(Json.parse(Json.write(value))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void refusesToWriteWhatJsonLacks(double value) {
    assertThatThrownBy(() -> Json.write(List.of(value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Double.toString(value));
  }

  @Test
  void refusesToWriteOtherTypesKeysAndLoneSurrogates() {
    assertThatThrownBy(() -> Json.write(new int[0])).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.write(Map.of(1, 2))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.write("\ud800"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("d800");
  }
}
