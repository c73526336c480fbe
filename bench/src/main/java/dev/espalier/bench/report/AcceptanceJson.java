package dev.espalier.bench.report;

import java.util.List;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Verdicts for other programs: {@code acceptance.json}. */
final class AcceptanceJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .build();

  private AcceptanceJson() {}

  /** The file; its component names are the keys. */
  record Page(boolean met, List<Line> limits) {}

  /** One limit on one pair; a null for what it does not have. */
  record Line(
      String what,
      String pair,
      String method,
      Double ratio,
      boolean before,
      String limit,
      double value,
      Double most,
      String layer,
      String thanMethod,
      Double thanRatio,
      Double seen,
      Double deviation,
      int seeds,
      String round,
      boolean met) {

    static Line of(Acceptance.Verdict verdict) {
      Criterion criterion = verdict.criterion();
      return new Line(
          criterion.what(),
          verdict.pair(),
          criterion.arm().method(),
          ratio(criterion.arm()),
          criterion.before(),
          criterion.bound().key(),
          criterion.limit(),
          criterion.layer().map(Criterion.Layer::most).orElse(null),
          criterion.layer().map(Criterion.Layer::name).orElse(null),
          criterion.than().map(Criterion.Arm::method).orElse(null),
          criterion.than().map(Line::ratio).orElse(null),
          verdict.seen().map(Statistic::mean).orElse(null),
          verdict.seen().filter(Statistic::hasSpread).map(Statistic::deviation).orElse(null),
          verdict.seen().map(Statistic::n).orElse(0),
          verdict.where().isEmpty() ? null : verdict.where(),
          verdict.met());
    }

    private static Double ratio(Criterion.Arm arm) {
      return arm.isDense() ? null : arm.ratio();
    }
  }

  static String write(Acceptance acceptance) {
    List<Line> lines = acceptance.verdicts().stream().map(Line::of).toList();
    return MAPPER
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(new Page(acceptance.allMet(), lines))
        + "\n";
  }
}
