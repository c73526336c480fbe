package dev.espalier.bench.study;

import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.nn.layer.InitRule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A study as a file, in YAML or JSON.
 *
 * <p>{@code pairs} lists models with their data sets, or {@code models} and {@code data} are
 * multiplied; {@code recipe} changes how all of them are trained, and a pair's own {@code recipe}
 * how that one is. {@code speedups} in place of {@code ratios} lists ratios of multiply-adds
 * instead of parameters. A method is a name, or a mapping of {@code name} and the axes. {@code
 * accept} lists the limits that the results should keep to. What is left out is as in {@code
 * espalier study} without a file, but for three seeds.
 */
public final class StudyFile {
  private static final List<String> KEYS =
      List.of(
          "description",
          "pairs",
          "models",
          "data",
          "train_images",
          "test_images",
          "protect",
          "recipe",
          "methods",
          "ratios",
          "speedups",
          "seeds",
          "latency_batch",
          "latency_seconds",
          "trials_at_once",
          "memory",
          "out",
          "accept");
  private static final List<String> PAIR_KEYS =
      List.of("model", "data", "train_images", "test_images", "protect", "recipe");
  private static final List<String> RECIPE_KEYS =
      List.of(
          "optimizer",
          "momentum",
          "lr",
          "weight_decay",
          "batch",
          "epochs",
          "lr_drops",
          "gradual_lr_drops",
          "lr_factor",
          "lr_warmup",
          "augment",
          "finetune_epochs",
          "finetune_lr",
          "finetune_lr_drops",
          "score_images",
          "init");

  /** The ratios of the protocol. */
  public static final List<Double> RATIOS = List.of(2.0, 4.0, 8.0, 16.0, 32.0);

  private static final List<Long> SEEDS = List.of(1L, 2L, 3L);

  private static final YAMLMapper MAPPER =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * What the command line says about a study file: where things are on this machine, and how much
   * of it may be used.
   *
   * @param data the folder of the data sets
   * @param out the folder for results
   * @param trials trials at once
   * @param memory bytes for trials
   */
  public record Here(
      Optional<Path> data, Optional<Path> out, Optional<Integer> trials, Optional<Long> memory) {
    /** What is left to the file. */
    public static final Here NOTHING =
        new Here(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** The limits, with what another source or the machine says where this says nothing. */
    public Limits limits(Optional<Integer> otherTrials, Optional<Long> otherMemory) {
      Limits standard = Limits.standard();
      return new Limits(
          trials.or(() -> otherTrials).orElse(standard.trials()),
          memory.or(() -> otherMemory).orElse(standard.memoryBytes()));
    }
  }

  private final Fields top;
  private final Here here;

  private StudyFile(Fields top, Here here) {
    this.top = top;
    this.here = here;
  }

  /**
   * Reads a study.
   *
   * @throws IllegalArgumentException if it is not a valid study; the message names the file, the
   *     place in it, and the nearest known name
   */
  public static StudyPlan read(Path file, Here here) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in, here);
    }
  }

  /**
   * Reads a study from a stream.
   *
   * @param name for messages; its last part without its ending names the folder for results
   */
  public static StudyPlan read(String name, InputStream in, Here here) {
    try {
      JsonNode tree = MAPPER.readTree(in);
      return new StudyFile(Fields.of("", tree, KEYS), here).plan(stem(name));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(YamlProblem.sentence(name, e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static String stem(String name) {
    return Path.of(name).getFileName().toString().replaceFirst("\\.[a-z]+$", "");
  }

  private StudyPlan plan(String stem) {
    Measure measure = top.has("speedups") ? Measure.MULTIPLY_ADDS : Measure.PARAMETERS;
    if (measure == Measure.MULTIPLY_ADDS && top.has("ratios")) {
      throw new IllegalArgumentException(
          "give either ratios, of parameters, or speedups, of multiply-adds");
    }
    return new StudyPlan(
        pairs(),
        top.list("methods").orElseThrow(() -> Fields.missing("methods")).stream()
            .map(MethodFields::method)
            .toList(),
        top.numbers(measure.key()).orElse(RATIOS),
        top.wholeNumbers("seeds").orElse(SEEDS),
        new LatencyPlan(
            top.integer("latency_batch").orElse(LatencyPlan.STANDARD.batch()),
            top.number("latency_seconds").orElse(LatencyPlan.STANDARD.seconds())),
        here.limits(top.integer("trials_at_once"), memory()),
        here.out()
            .orElseGet(
                () -> top.text("out").map(Path::of).orElseGet(() -> Path.of("runs").resolve(stem))),
        top.list("accept").orElse(List.of()).stream().map(AcceptFields::criterion).toList(),
        measure,
        false);
  }

  private Optional<Long> memory() {
    try {
      return top.text("memory").map(ByteSize::parse);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("memory: " + e.getMessage(), e);
    }
  }

  private List<StudyPair> pairs() {
    Optional<List<Fields.Element>> listed = top.list("pairs");
    if (listed.isPresent()) {
      if (top.has("models") || top.has("data")) {
        throw new IllegalArgumentException(
            "give either pairs, or models and data, which are multiplied");
      }
      return listed.get().stream().map(this::pair).toList();
    }
    List<StudyPair> product = new ArrayList<>();
    for (String data : top.texts("data").orElseThrow(() -> Fields.missing("pairs"))) {
      for (String model : top.texts("models").orElseThrow(() -> Fields.missing("models"))) {
        product.add(
            new StudyPair(model, data, options(data, top), recipe(model, top), protect(top)));
      }
    }
    return product;
  }

  private StudyPair pair(Fields.Element element) {
    Fields fields = element.fields(PAIR_KEYS);
    String model = fields.text("model").orElseThrow(() -> Fields.missing(fields.at("model")));
    String data = fields.text("data").orElseThrow(() -> Fields.missing(fields.at("data")));
    return element.placed(
        () -> {
          Recipe recipe = recipe(model, top);
          Optional<Fields> own = fields.mapping("recipe", RECIPE_KEYS);
          return new StudyPair(
              model,
              data,
              options(data, fields),
              own.isPresent() ? changed(recipe, own.get()) : recipe,
              fields.has("protect") ? protect(fields) : protect(top));
        });
  }

  private static List<String> protect(Fields fields) {
    return fields.texts("protect").orElse(List.of());
  }

  private DatasetOptions options(String data, Fields own) {
    int train =
        own.integer("train_images")
            .or(() -> top.integer("train_images"))
            .orElse(DatasetOptions.ALL);
    int test =
        own.integer("test_images").or(() -> top.integer("test_images")).orElse(DatasetOptions.ALL);
    DatasetOptions options = DatasetOptions.defaults().withCounts(train, test);
    return here.data()
        .map(folder -> options.withDirectory(DataFolder.of(folder, data)))
        .orElse(options);
  }

  private static Recipe recipe(String model, Fields top) {
    Recipe recipe = Recipe.of(model);
    return top.mapping("recipe", RECIPE_KEYS).map(fields -> changed(recipe, fields)).orElse(recipe);
  }

  private static Recipe changed(Recipe recipe, Fields fields) {
    Tuning tuning = recipe.tuning();
    return new Recipe(
        fields.number("lr").orElse(recipe.lr()),
        changed(recipe.descent(), fields),
        fields.integer("batch").orElse(recipe.batch()),
        fields.integer("epochs").orElse(recipe.epochs()),
        changed(recipe.drops(), fields),
        new Tuning(
            fields.integer("finetune_epochs").orElse(tuning.epochs()),
            fields.number("finetune_lr").or(tuning::lr),
            fields.shares("finetune_lr_drops").or(tuning::dropAt)),
        fields.flag("augment").orElse(recipe.augment()),
        fields.integer("score_images").orElse(recipe.scoreImages()),
        fields.text("init").map(InitRule::get).orElse(recipe.init()));
  }

  private static Descent changed(Descent descent, Fields fields) {
    Descent.Rule rule = fields.text("optimizer").map(Descent.Rule::get).orElse(descent.rule());
    if (fields.has("momentum") && !rule.hasMomentum()) {
      throw new IllegalArgumentException(
          "%s: optimizer '%s' has no momentum to set; leave it out"
              .formatted(fields.at("momentum"), rule.label()));
    }
    return new Descent(
        rule,
        fields.number("momentum").orElse(descent.momentum()),
        fields.number("weight_decay").orElse(descent.weightDecay()));
  }

  private static Drops changed(Drops drops, Fields fields) {
    return new Drops(
        fields.shares("lr_drops").orElse(drops.at()),
        fields.shares("gradual_lr_drops").orElse(drops.gradualAt()),
        fields.number("lr_factor").orElse(drops.factor()),
        fields.number("lr_warmup").orElse(drops.warmUp()));
  }
}
