package dev.espalier.bench.study;

import dev.espalier.bench.report.Bound;
import dev.espalier.bench.report.Criterion;
import dev.espalier.bench.report.Criterion.Arm;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Limits as a study file states them. */
final class AcceptFields {
  private static final String BY = "by";
  private static final String THAN_RATIO = "than_ratio";
  private static final String LAYER = "layer";
  private static final List<String> KEYS =
      Stream.concat(
              Stream.of("what", "pair", "method", "ratio", "before", BY, THAN_RATIO, LAYER),
              Bound.keys().stream())
          .toList();

  private final Fields fields;

  private AcceptFields(Fields fields) {
    this.fields = fields;
  }

  /** One limit. */
  static Criterion criterion(Fields.Element element) {
    return element.placed(() -> new AcceptFields(element.fields(KEYS)).criterion());
  }

  private Criterion criterion() {
    Bound bound = bound();
    boolean compares = bound == Bound.BETTER;
    for (String key : List.of(BY, THAN_RATIO)) {
      if (!compares && fields.has(key)) {
        throw new IllegalArgumentException(
            "%s belongs to better_than, not to %s".formatted(key, bound.key()));
      }
    }
    boolean ofLayer = bound == Bound.KEPT;
    if (!ofLayer && fields.has(LAYER)) {
      throw new IllegalArgumentException(
          "%s belongs to %s, not to %s".formatted(LAYER, Bound.KEPT.key(), bound.key()));
    }
    Arm arm = arm(text("method"), "ratio");
    List<Double> range = ofLayer ? range() : List.of();
    Optional<Arm> than = compares ? Optional.of(than(arm)) : Optional.empty();
    return new Criterion(
        fields.text("what").orElse(""),
        fields.text("pair"),
        arm,
        fields.flag("before").orElse(false),
        bound,
        ofLayer ? range.getFirst() : number(compares ? BY : bound.key()),
        than,
        ofLayer
            ? Optional.of(new Criterion.Layer(text(LAYER), range.getLast()))
            : Optional.empty());
  }

  private List<Double> range() {
    List<Double> range = fields.numbers(Bound.KEPT.key()).orElseThrow();
    if (range.size() != 2) {
      throw new IllegalArgumentException(
          "%s: must be two rising shares, such as [0.02, 0.04], but is %s"
              .formatted(Bound.KEPT.key(), range));
    }
    return range;
  }

  private Bound bound() {
    List<Bound> given = Stream.of(Bound.values()).filter(it -> fields.has(it.key())).toList();
    if (given.size() != 1) {
      throw new IllegalArgumentException(
          "needs one limit, of %s, but has %s"
              .formatted(
                  String.join(", ", Bound.keys()),
                  given.isEmpty()
                      ? "none"
                      : String.join(" and ", given.stream().map(Bound::key).toList())));
    }
    return given.getFirst();
  }

  private Arm arm(String method, String ratioKey) {
    if (!method.equals(Arm.DENSE_NAME)) {
      return new Arm(method, number(ratioKey));
    }
    if (fields.has(ratioKey)) {
      throw new IllegalArgumentException(
          "%s: the dense network has none; leave it out".formatted(ratioKey));
    }
    return Arm.DENSE;
  }

  /** At the same ratio unless another one is given. */
  private Arm than(Arm arm) {
    String method = text(Bound.BETTER.key());
    boolean same = !arm.isDense() && !method.equals(Arm.DENSE_NAME) && !fields.has(THAN_RATIO);
    return same ? new Arm(method, arm.ratio()) : arm(method, THAN_RATIO);
  }

  private String text(String key) {
    return fields.text(key).orElseThrow(() -> Fields.missing(key));
  }

  private double number(String key) {
    return fields.number(key).orElseThrow(() -> Fields.missing(key));
  }
}
