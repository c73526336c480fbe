package dev.espalier.bench.study;

import dev.espalier.bench.report.ResultStore;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.data.DatasetOptions;
import dev.espalier.prune.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A study of a second or two: a perceptron, 300 generated images, one epoch before pruning and one
 * after.
 */
record SmokeStudy(
    Path out,
    List<String> methods,
    List<Double> ratios,
    List<Long> seeds,
    int batch,
    int fineTuneEpochs,
    long dataSeed,
    int atOnce) {
  static final String MODEL = "lenet-300-100";
  static final String DATA = "synthetic-digits";
  static final int TRAIN_IMAGES = 300;
  static final int TEST_IMAGES = 200;
  static final long SEED = 7;

  static SmokeStudy in(Path out) {
    return new SmokeStudy(
        out,
        List.of("gradual-magnitude", "layer-magnitude"),
        List.of(2.0, 4.0),
        List.of(SEED),
        20,
        1,
        0,
        1);
  }

  SmokeStudy withMethods(String... names) {
    return new SmokeStudy(
        out, List.of(names), ratios, seeds, batch, fineTuneEpochs, dataSeed, atOnce);
  }

  SmokeStudy withRatios(Double... values) {
    return new SmokeStudy(
        out, methods, List.of(values), seeds, batch, fineTuneEpochs, dataSeed, atOnce);
  }

  SmokeStudy withSeeds(Long... values) {
    return new SmokeStudy(
        out, methods, ratios, List.of(values), batch, fineTuneEpochs, dataSeed, atOnce);
  }

  SmokeStudy withBatch(int size) {
    return new SmokeStudy(out, methods, ratios, seeds, size, fineTuneEpochs, dataSeed, atOnce);
  }

  SmokeStudy withFineTuneEpochs(int epochs) {
    return new SmokeStudy(out, methods, ratios, seeds, batch, epochs, dataSeed, atOnce);
  }

  SmokeStudy withDataSeed(long seed) {
    return new SmokeStudy(out, methods, ratios, seeds, batch, fineTuneEpochs, seed, atOnce);
  }

  SmokeStudy withAtOnce(int trials) {
    return new SmokeStudy(out, methods, ratios, seeds, batch, fineTuneEpochs, dataSeed, trials);
  }

  StudyPlan plan() {
    DatasetOptions options =
        DatasetOptions.defaults().withCounts(TRAIN_IMAGES, TEST_IMAGES).withSeed(dataSeed);
    Recipe recipe = Recipe.of(MODEL).withEpochs(1, fineTuneEpochs).withBatch(batch);
    return new StudyPlan(
        List.of(new StudyPair(MODEL, DATA, options, recipe)),
        methods.stream().map(Methods::get).toList(),
        ratios,
        seeds,
        new LatencyPlan(4, 0.02),
        new Limits(atOnce, 1L << 30),
        out);
  }

  Study study(Progress progress) {
    return new Study(plan(), progress);
  }

  Study.Outcome run(Progress progress) throws IOException {
    return study(progress).load().run();
  }

  Path results() {
    return out.resolve("results.jsonl");
  }

  List<String> lines() throws IOException {
    return Files.readAllLines(results());
  }

  /** The trials on disk. */
  List<TrialResult> trials() throws IOException {
    return ResultStore.read(results(), new ArrayList<>());
  }

  /** What must be the same whenever a trial is run again; times are not. */
  static List<Object> figures(TrialResult trial) {
    return List.of(
        trial.key(),
        trial.pruned().top1(),
        trial.pruned().top5(),
        trial.dense().top1(),
        trial.dense().top5(),
        trial.pruned().parameters(),
        trial.pruned().flops(),
        trial.pruned().bytes(),
        trial.layers(),
        trial.maskDigest());
  }
}
