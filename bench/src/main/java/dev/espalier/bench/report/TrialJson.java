package dev.espalier.bench.report;

import java.util.List;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
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
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

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
      Row row = MAPPER.readValue(line, Row.class);
      if (row == null) {
        throw new IllegalArgumentException("null instead of an object");
      }
      return row.toTrial();
    } catch (UnrecognizedPropertyException e) {
      throw new IllegalArgumentException("unknown key \"" + e.getPropertyName() + '"', e);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(reason(e), e);
    }
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
    if (e.getCause() instanceof IllegalArgumentException rule) {
      return rule.getMessage();
    }
    TokenStreamLocation where = e.getLocation();
    String column = where == null ? "" : ", at column " + where.getColumnNr();
    return e.getOriginalMessage().lines().findFirst().orElse("not JSON") + column;
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
      int epochs,
      double trainSeconds,
      List<LayerResult> layers,
      String maskDigest,
      Provenance provenance) {

    static Row of(TrialResult trial) {
      TrialKey key = trial.key();
      Composition axes = trial.composition();
      Measurement pruned = trial.pruned();
      Measurement dense = trial.dense();
      OptionalDouble before = trial.top1BeforeFinetune();
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
          before.isPresent() ? before.getAsDouble() : null,
          trial.epochs(),
          trial.trainSeconds(),
          trial.layers(),
          trial.maskDigest(),
          trial.provenance());
    }

    TrialResult toTrial() {
      return new TrialResult(
          new TrialKey(model, data, method, ratio, seed),
          new Composition(structure, scorer, scope, schedule, finetune),
          new Measurement(top1, top5, nonzero, flops, bytes, latencyMs),
          new Measurement(top1Dense, top5Dense, params, flopsDense, bytesDense, latencyDenseMs),
          batch,
          top1BeforeFinetune == null
              ? OptionalDouble.empty()
              : OptionalDouble.of(top1BeforeFinetune),
          epochs,
          trainSeconds,
          layers,
          maskDigest,
          provenance);
    }
  }
}
