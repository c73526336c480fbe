package dev.espalier.bench.measure;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Turns rows into lines of JSON and back; reading is strict. */
final class RowJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RowJson() {}

  /** One line without its end. */
  static String write(Row row) {
    return MAPPER.writeValueAsString(row);
  }

  /**
   * Reads one line: the row of a kernel or of a model.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static Row read(String line) {
    try {
      JsonNode node = MAPPER.readTree(line);
      if (!node.isObject()) {
        throw new IllegalArgumentException("not a JSON object");
      }
      Class<? extends Row> type = node.has("model") ? ModelRow.class : KernelRow.class;
      return MAPPER.treeToValue(node, type);
    } catch (JacksonException e) {
      String reason =
          e.getCause() instanceof IllegalArgumentException rule
              ? rule.getMessage()
              : e.getOriginalMessage().lines().findFirst().orElse("not JSON");
      throw new IllegalArgumentException(reason, e);
    }
  }
}
