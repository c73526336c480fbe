package dev.espalier.bench.study;

import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import dev.espalier.bench.report.Composition;
import dev.espalier.bench.report.Numbers;
import dev.espalier.bench.report.Provenance;
import dev.espalier.bench.report.TrialKey;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.Names;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Goal;
import dev.espalier.prune.Method;
import dev.espalier.prune.MethodRun;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.sparse.Crossover;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** What all trials of a pair share: images, recipe, and what their results are filed under. */
final class PairRun {
  private static final int EXAMPLE_ROWS = 4;
  private static final String AGGREGATION = "aggregation";
  private static final String FLOORS = "least_density";
  private static final String PROTECT = "protected_layers";
  private static final String ROUND_TO = "round_to";

  private final StudyPlan plan;
  private final StudyPair pair;
  private final TrainTest data;
  private final Training training;
  private final SortedMap<String, String> settings;
  private final String digest;
  private final Machine machine = Machine.detect();
  private final int threads = Threads.count();
  private final ModelSummary summary;
  private final int layers;
  private final List<String> weights;
  private final Map<TrialKey, Double> compressions = new ConcurrentHashMap<>();
  private final Forecast.Work work;

  PairRun(StudyPlan plan, StudyPair pair, TrainTest data, Forecast forecast) {
    this.plan = plan;
    this.pair = pair;
    this.data = data;
    training = new Training(data, pair.recipe());
    settings = pair.recipe().settings();
    settings.put("train_images", Integer.toString(data.train().count()));
    settings.put("test_images", Integer.toString(data.test().count()));
    settings.put("latency_batch", Integer.toString(plan.latency().batch()));
    settings.put("latency_seconds", Double.toString(plan.latency().seconds()));
    if (plan.measure() == Measure.MULTIPLY_ADDS) {
      settings.put(TrialResult.RATIOS_OF, TrialResult.OF_MULTIPLY_ADDS);
    }
    digest = data.train().digest() + "+" + data.test().digest();
    Module module = create(0);
    try {
      summary = ModelSummary.of(module, Models.entry(pair.model()).input());
      weights = PrunableWeight.of(module).stream().map(PrunableWeight::name).toList();
      layers = weights.size();
      work = forecast.add((double) summary.macs() * pair.recipe().batch());
    } finally {
      module.close();
    }
  }

  StudyPair pair() {
    return pair;
  }

  Training training() {
    return training;
  }

  Recipe recipe() {
    return pair.recipe();
  }

  LatencyPlan latency() {
    return plan.latency();
  }

  /** Bytes outside the heap that the dense network is expected to need. */
  long memoryNeed() {
    return memoryNeed(1);
  }

  /** The same of a trial. */
  long memoryNeed(Method method) {
    return memoryNeed(method.scorer().derivatives());
  }

  private long memoryNeed(int derivatives) {
    return MemoryNeed.of(
        summary,
        recipe().batch(),
        Math.min(recipe().scoreImages(), Training.SCORING_BATCH),
        derivatives,
        Math.max(Training.EVALUATION_BATCH, plan.latency().batch()));
  }

  /** What is said of a budget that no trial of this pair is expected to keep to. */
  Optional<String> memoryRemark() {
    long most = plan.limits().memoryBytes();
    long need = plan.methods().stream().mapToLong(this::memoryNeed).max().orElseThrow();
    return need <= most
        ? Optional.empty()
        : Optional.of(
            "note: a trial of %s is expected to need %s, more than the memory of %s for all, so it runs when no other does"
                .formatted(pair.name(), ByteSize.text(need), ByteSize.text(most)));
  }

  /** Where its steps and trials are counted. */
  Forecast.Work work() {
    return work;
  }

  /** The network of a seed before training. */
  Module create(long seed) {
    return recipe()
        .create(pair.model(), data.spec().classes(), new Generator(seed).split("initial weights"));
  }

  /** A few inputs without meaning, for what follows the recorded graph. */
  Tensor example(long seed) {
    int[] one = Models.entry(pair.model()).input().toArray();
    int[] dims = new int[one.length + 1];
    dims[0] = EXAMPLE_ROWS;
    System.arraycopy(one, 0, dims, 1, one.length);
    return RandomFill.normal(new Generator(seed), DType.FLOAT32, Shape.of(dims), 0, 1);
  }

  /** A pruner by a method that leaves alone what the pair protects. */
  Pruner pruner(Module module, Method method, Tensor example, Generator generator) {
    return new Pruner(module, method.protecting(pair.protect()), example, generator);
  }

  /** Where a dense network is kept. */
  Path denseFile(long seed) {
    return plan.out()
        .resolve("dense")
        .resolve("%s-%s-%d.safetensors".formatted(pair.model(), pair.data(), seed));
  }

  /** Where the pruned network of a trial is kept, if it is. */
  Optional<Path> networkFile(TrialKey key) {
    if (!plan.networks()) {
      return Optional.empty();
    }
    String ratio = Numbers.plain(key.ratio());
    String method = URLEncoder.encode(key.method(), StandardCharsets.UTF_8);
    return Optional.of(
        plan.out()
            .resolve("networks")
            .resolve("%s-%s".formatted(key.model(), key.data()))
            .resolve("%s-%s-%d.safetensors".formatted(method, ratio, key.seed())));
  }

  /** What the file of a network says of it, so that commands can read it. */
  Map<String, String> networkNotes() {
    return NetworkNotes.of(pair.model(), data.spec().classes());
  }

  TrialKey key(Method method, double ratio, long seed) {
    return new TrialKey(pair.model(), pair.data(), method.name(), ratio, seed);
  }

  /** What a ratio of the study asks for. */
  Goal goal(double ratio) {
    return plan.measure().goal(ratio);
  }

  /** Steps that a trial of a method takes. */
  long steps(Method method, double ratio) {
    return MethodRun.steps(method, training.ofTrial(0), compression(method, ratio), layers);
  }

  /**
   * A compression ratio, for a speed-up that of the groups, which numbers of rounds follow from.
   */
  private double compression(Method method, double ratio) {
    return plan.measure() == Measure.PARAMETERS
        ? ratio
        : compressions.computeIfAbsent(key(method, ratio, 0), _ -> ofGroups(method, ratio));
  }

  private double ofGroups(Method method, double ratio) {
    Module module = create(0);
    try (var _ = Scope.open("density")) {
      return 1
          / goal(ratio).density(pruner(module, method.withoutData(), example(0), new Generator(0)));
    } finally {
      module.close();
    }
  }

  /** Steps that a dense network takes. */
  long denseSteps() {
    return training.steps(recipe().epochs());
  }

  /** What a method is put together from, for results. */
  static Composition composition(Method method) {
    return new Composition(
        method.structure().name(),
        method.scorer().name(),
        method.scope().label(),
        method.schedule().name(),
        method.fineTune().name());
  }

  /** The settings of a trial: those of the pair, and of the method what is no axis. */
  private SortedMap<String, String> settings(Method method) {
    SortedMap<String, String> all = new TreeMap<>(settings);
    all.put(AGGREGATION, method.aggregation().label());
    all.put(
        FLOORS,
        "stem %s, classifier %s".formatted(method.floors().stem(), method.floors().classifier()));
    all.put(PROTECT, String.join(", ", method.protecting(pair.protect()).protect()));
    if (method.roundTo() > 1) {
      all.put(ROUND_TO, Integer.toString(method.roundTo()));
    }
    return all;
  }

  Provenance provenance(Method method, Instant started, Instant finished) {
    return new Provenance(
        digest,
        settings(method),
        plan.seeds(),
        machine.jdk(),
        machine.os(),
        machine.cpu(),
        machine.cores(),
        threads,
        Backends.of(Device.CPU).name(),
        Build.commit(),
        Build.version(),
        Crossover.standard().digest(),
        started,
        finished);
  }

  /**
   * Refuses what no network of this pair can reach, scorers that have nothing to say about some of
   * its layers, and samples for scorers that are not mixed, before anything is trained.
   *
   * @throws IllegalArgumentException naming method, ratio or layers, and pair
   */
  void requirePossible(List<Method> methods, List<Double> ratios) {
    try (var _ = Scope.open("reachable")) {
      Module module = create(0);
      Tensor example = example(0);
      if (methods.stream().anyMatch(Method::needsData)) {
        plan.seeds().forEach(training::sample);
      }
      for (Method method : methods) {
        Pruner pruner = pruner(module, method.withoutData(), example, new Generator(0));
        for (double ratio : ratios) {
          goal(ratio).requireReachable(pruner);
        }
        pruner(module, method, example, new Generator(0))
            .requireRanked(ScoringContext.Sample.withoutMeaning(example));
      }
      module.close();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("study: " + pair.name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Refuses a layer that the network does not have.
   *
   * @throws IllegalArgumentException naming the nearest
   */
  void requireLayer(String name) {
    List<String> known = weights.stream().map(it -> it.replace(".weight", "")).toList();
    if (!known.contains(name) && !weights.contains(name)) {
      throw Names.unknown("layer", name, known);
    }
  }

  /** The ratios after the rounds of a method on its way to one; none if it takes but one. */
  List<Double> roundRatios(Method method, double ratio) {
    Method dry = method.withoutData().withFineTune(new Continue());
    Module module = create(0);
    try (var _ = Scope.open("rounds")) {
      Pruner pruner = pruner(module, dry, example(0), new Generator(0));
      return DryRounds.of(dry, module, pruner, Models.entry(pair.model()).input(), goal(ratio));
    } finally {
      module.close();
    }
  }

  /**
   * Refuses to continue trials that were run otherwise.
   *
   * @throws IllegalArgumentException naming the trial and what differs
   */
  void requireSame(TrialResult done) {
    if (!done.key().model().equals(pair.model()) || !done.key().data().equals(pair.data())) {
      return;
    }
    Optional<Method> method =
        plan.methods().stream().filter(it -> it.name().equals(done.key().method())).findFirst();
    SortedMap<String, String> then = new TreeMap<>(Recipe.UNSAID);
    then.putAll(done.provenance().settings());
    if (method.isEmpty()) {
      then.keySet().removeAll(List.of(AGGREGATION, FLOORS, PROTECT, ROUND_TO));
    }
    SortedMap<String, String> now = method.map(this::settings).orElse(settings);
    if (!then.equals(now)) {
      throw new IllegalArgumentException(
          "study: %s holds a trial of %s with other settings (%s, now %s); use another --out"
              .formatted(plan.out(), done.key(), then, now));
    }
    Optional<Composition> axes = method.map(PairRun::composition);
    if (axes.isPresent() && !axes.get().equals(done.composition())) {
      throw new IllegalArgumentException(
          "study: %s holds a trial of %s by another method of that name (%s, now %s); use another --out"
              .formatted(plan.out(), done.key(), done.composition(), axes.get()));
    }
    if (!done.provenance().dataDigest().equals(digest)) {
      throw new IllegalArgumentException(
          "study: %s holds a trial of %s on other images (digest %s, now %s); use another --out"
              .formatted(plan.out(), done.key(), done.provenance().dataDigest(), digest));
    }
  }
}
