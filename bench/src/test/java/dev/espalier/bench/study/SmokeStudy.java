package dev.espalier.bench.study;

import dev.espalier.bench.report.ResultStore;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.nn.data.DatasetOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A study of a second or two: a perceptron, 300 generated images, one epoch before pruning and one
 * after.
 */
record SmokeStudy(Path out, List<String> methods, List<Double> ratios, int batch, long dataSeed) {
  static final String MODEL = "lenet-300-100";
  static final String DATA = "synthetic-digits";
  static final int TRAIN_IMAGES = 300;
  static final int TEST_IMAGES = 200;
  static final long SEED = 7;

  static SmokeStudy in(Path out) {
    return new SmokeStudy(
        out, List.of("gradual-magnitude", "layer-magnitude"), List.of(2.0, 4.0), 20, 0);
  }

  SmokeStudy withMethods(String... names) {
    return new SmokeStudy(out, List.of(names), ratios, batch, dataSeed);
  }

  SmokeStudy withRatios(Double... values) {
    return new SmokeStudy(out, methods, List.of(values), batch, dataSeed);
  }

  SmokeStudy withBatch(int size) {
    return new SmokeStudy(out, methods, ratios, size, dataSeed);
  }

  SmokeStudy withDataSeed(long seed) {
    return new SmokeStudy(out, methods, ratios, batch, seed);
  }

  StudyPlan plan() {
    return new StudyPlan(
        List.of(MODEL),
        DATA,
        DatasetOptions.defaults().withCounts(TRAIN_IMAGES, TEST_IMAGES).withSeed(dataSeed),
        methods,
        ratios,
        List.of(SEED),
        model -> Recipe.of(model).withEpochs(1, 1).withBatch(batch),
        4,
        out);
  }

  Study study(Progress progress) {
    return new Study(plan(), progress);
  }

  Study.Outcome run(Progress progress) throws IOException {
    Study study = study(progress);
    return study.run(study.load());
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
