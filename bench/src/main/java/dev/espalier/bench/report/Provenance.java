package dev.espalier.bench.report;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a trial's figures come from: enough to run it again and to judge its timings.
 *
 * @param dataDigest digest of the data set's bytes
 * @param settings every setting of the trial by name
 * @param seeds every seed the study was asked for
 * @param jdk version of the Java runtime
 * @param os operating system and its version
 * @param cpu name of the processor
 * @param cores processors the runtime sees
 * @param threads threads the kernels used
 * @param provider the backend that computed
 * @param commit source revision, or {@code unknown}
 * @param version version of Espalier
 * @param crossoverDigest digest of the table that chose the kernels
 * @param started when the trial began
 * @param finished when it ended
 */
public record Provenance(
    String dataDigest,
    SortedMap<String, String> settings,
    List<Long> seeds,
    String jdk,
    String os,
    String cpu,
    int cores,
    int threads,
    String provider,
    String commit,
    String version,
    String crossoverDigest,
    Instant started,
    Instant finished) {

  /** Refuses missing fields, no seeds, and an end before the beginning. */
  public Provenance {
    Checks.name("data_digest", dataDigest);
    Checks.present("settings", settings);
    settings.values().forEach(value -> Checks.present("settings", value));
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    Checks.present("seeds", seeds);
    seeds.forEach(seed -> Checks.present("seeds", seed));
    seeds = List.copyOf(seeds);
    Checks.atLeast("number of seeds", seeds.size(), 1);
    Checks.name("jdk", jdk);
    Checks.name("os", os);
    Checks.name("cpu", cpu);
    Checks.atLeast("cores", cores, 1);
    Checks.atLeast("threads", threads, 1);
    Checks.name("provider", provider);
    Checks.name("commit", commit);
    Checks.name("version", version);
    Checks.name("crossover_digest", crossoverDigest);
    Checks.present("started", started);
    Checks.present("finished", finished);
    if (finished.isBefore(started)) {
      throw new IllegalArgumentException(
          "finished is " + finished + ", before started, " + started);
    }
  }
}
