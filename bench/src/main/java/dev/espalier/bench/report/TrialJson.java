package dev.espalier.bench.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Turns a trial into its line of JSON and back; reading is strict. */
final class TrialJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Keys that results of old versions lack. */
  private static final Set<String> LATER_KEYS =
      Set.of("top5_before_finetune", "rounds", "train_macs", "train_macs_dense");

  private TrialJson() {}

  /** One line without its end. */
  static String write(TrialResult trial) {
    return MAPPER.writeValueAsString(Row.of(trial));
  }

  /**
   * Reads one line.
   *
   * @throws IllegalArgumentException if it is not a valid trial; the message says which field
   */
  static TrialResult read(String line) {
    try {
      JsonNode node = MAPPER.readTree(line);
      requireKeys(node, Row.class, "");
      requireKeys(node.get("provenance"), Provenance.class, "provenance.");
      for (JsonNode layer : node.get("layers")) {
        requireKeys(layer, LayerResult.class, "layers.");
      }
      if (node.has("rounds")) {
        for (JsonNode round : node.get("rounds")) {
          requireKeys(round, RoundResult.class, "rounds.");
        }
      }
      return MAPPER.treeToValue(node, Row.class).toTrial();
    } catch (JacksonException e) {
      throw new IllegalArgumentException(reason(e), e);
    }
  }

  /** Checked before binding, whose own complaint about a misspelt key is that one is missing. */
  private static void requireKeys(JsonNode node, Class<? extends Record> type, String path) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(
          (path.isEmpty() ? "the line" : path.replace(".", "")) + " is not a JSON object");
    }
    List<String> keys =
        Arrays.stream(type.getRecordComponents())
            .map(component -> key(component.getName()))
            .toList();
    for (String key : node.propertyNames()) {
      if (!keys.contains(key)) {
        throw new IllegalArgumentException("unknown key \"" + path + key + '"');
      }
    }
    for (String key : keys) {
      if (!node.has(key) && !LATER_KEYS.contains(key)) {
        throw new IllegalArgumentException("missing key \"" + path + key + '"');
      }
    }
  }

  /** As the mapper's naming strategy does it: top1Dense is top1_dense. */
  private static String key(String component) {
    return component.replaceAll("(\\p{Upper})", "_$1").toLowerCase(Locale.ROOT);
  }

  /** Whether a text is one complete JSON value, whatever it says. */
  static boolean isWholeDocument(String text) {
    try {
      return !MAPPER.readTree(text).isMissingNode();
    } catch (JacksonException _) {
      return false;
    }
  }

  private static String reason(JacksonException e) {
    String path = String.join(".", e.getPath().stream().map(TrialJson::name).toList());
    String prefix = path.isEmpty() ? "" : path + ": ";
    if (e.getCause() instanceof IllegalArgumentException rule) {
      return prefix + rule.getMessage();
    }
    String problem = e.getOriginalMessage().lines().findFirst().orElse("not JSON");
    TokenStreamLocation where = e.getLocation();
    boolean located = path.isEmpty() && where != null && where.getColumnNr() > 0;
    // Jackson adds in brackets which of its features would let the value pass.
    return prefix
        + problem.replaceFirst(" \\(but .*", "")
        + (located ? ", at column " + where.getColumnNr() : "");
  }

  private static String name(JacksonException.Reference reference) {
    String property = reference.getPropertyName();
    return property == null ? String.valueOf(reference.getIndex()) : property;
  }

  /** The file's flat layout; its component names are the keys. */
  record Row(
      String model,
      String data,
      String method,
      String structure,
      String scorer,
      String scope,
      String schedule,
      String finetune,
      double ratio,
      long seed,
      double top1,
      double top5,
      double top1Dense,
      double top5Dense,
      long params,
      long nonzero,
      long flops,
      long flopsDense,
      long bytes,
      long bytesDense,
      double latencyMs,
      double latencyDenseMs,
      int batch,
      Double top1BeforeFinetune,
      Double top5BeforeFinetune,
      int epochs,
      double trainSeconds,
      Long trainMacs,
      Long trainMacsDense,
      List<LayerResult> layers,
      List<RoundResult> rounds,
      String maskDigest,
      Provenance provenance) {

    static Row of(TrialResult trial) {
      TrialKey key = trial.key();
      Composition axes = trial.composition();
      Measurement pruned = trial.pruned();
      Measurement dense = trial.dense();
      return new Row(
          key.model(),
          key.data(),
          key.method(),
          axes.structure(),
          axes.scorer(),
          axes.scope(),
          axes.schedule(),
          axes.finetune(),
          key.ratio(),
          key.seed(),
          pruned.top1(),
          pruned.top5(),
          dense.top1(),
          dense.top5(),
          dense.parameters(),
          pruned.parameters(),
          pruned.flops(),
          dense.flops(),
          pruned.bytes(),
          dense.bytes(),
          pruned.latencyMs(),
          dense.latencyMs(),
          trial.batch(),
          orNull(trial.top1BeforeFinetune()),
          orNull(trial.top5BeforeFinetune()),
          trial.epochs(),
          trial.trainSeconds(),
          orNull(trial.trainMacs()),
          orNull(trial.trainMacsDense()),
          trial.layers(),
          trial.rounds(),
          trial.maskDigest(),
          trial.provenance());
    }

    private static Double orNull(OptionalDouble value) {
      return value.isPresent() ? value.getAsDouble() : null;
    }

    private static Long orNull(OptionalLong value) {
      return value.isPresent() ? value.getAsLong() : null;
    }

    private static OptionalLong orEmpty(Long value) {
      return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private static OptionalDouble orEmpty(Double value) {
      return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    TrialResult toTrial() {
      return new TrialResult(
          new TrialKey(model, data, method, ratio, seed),
          new Composition(structure, scorer, scope, schedule, finetune),
          new Measurement(top1, top5, nonzero, flops, bytes, latencyMs),
          new Measurement(top1Dense, top5Dense, params, flopsDense, bytesDense, latencyDenseMs),
          batch,
          orEmpty(top1BeforeFinetune),
          orEmpty(top5BeforeFinetune),
          epochs,
          trainSeconds,
          orEmpty(trainMacs),
          orEmpty(trainMacsDense),
          layers,
          rounds == null ? List.of() : rounds,
          maskDigest,
          provenance);
    }
  }
}
