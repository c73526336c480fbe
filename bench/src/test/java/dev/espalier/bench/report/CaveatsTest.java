package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaveatsTest {

  @Test
  void completeStudyHasNone() {
    assertThat(Caveats.of(Summary.of(Trials.small()))).isEmpty();
  }

  @Test
  void gapsInTheGridAreNamed() {
    List<TrialResult> trials = new ArrayList<>(Trials.small());
    trials.removeIf(t -> t.key().method().equals("random") && t.key().ratio() == 8);
    trials.removeIf(
        t -> t.key().method().equals("random") && t.key().ratio() == 2 && t.key().seed() == 2);
    assertThat(Caveats.of(Summary.of(trials)))
        .containsExactly(
            "net on digits, random at 2\u00d7: 1 of 2 seeds.",
            "net on digits, random: no trial at 8\u00d7.");
  }

  @Test
  void singleSeedIsNamed() {
    assertThat(Caveats.of(Summary.of(List.of(Trials.trial("m", 2, 1, 0.9)))))
        .containsExactly("net on digits: one seed, so no spread can be stated.");
  }

  @Test
  void missedTargetIsNamed() {
    assertThat(Caveats.of(Summary.of(List.of(reachingFour(5)))))
        .contains("net on digits, m: reached 4.00\u00d7 instead of 5\u00d7.");
  }

  @Test
  void onlyTheFirstOfManyMissedTargetsAreListed() {
    assertThat(
            Caveats.of(
                Summary.of(
                    List.of(reachingFour(5), reachingFour(6), reachingFour(7), reachingFour(8)))))
        .contains(
            "net on digits, m: reached 4.00\u00d7 instead of 5\u00d7, 4.00\u00d7 instead of"
                + " 6\u00d7, 4.00\u00d7 instead of 7\u00d7 and so on at 4 ratios.");
  }

  @Test
  void differentDenseNetworksOfOneSeedAreNamed() {
    TrialResult first = Trials.trial("a", 2, 1, 0.9);
    TrialResult second = Trials.trial("b", 2, 1, 0.9);
    TrialResult other =
        new TrialResult(
            second.key(),
            second.composition(),
            second.pruned(),
            new Measurement(0.95, 0.99, 800, 1600, 3200, 2),
            second.batch(),
            second.top1BeforeFinetune(),
            second.top5BeforeFinetune(),
            second.epochs(),
            second.trainSeconds(),
            second.trainMacs(),
            second.trainMacsDense(),
            second.layers(),
            second.rounds(),
            second.maskDigest(),
            second.provenance());
    assertThat(Caveats.of(Summary.of(List.of(first, other))))
        .contains(
            "net on digits, seed 1: the methods do not start from the same dense network"
                + " (top-1 90.00 to 95.00 %).");
  }

  @Test
  void differentMachinesAreNamed() {
    List<TrialResult> trials = new ArrayList<>(Trials.small());
    Provenance here = Trials.PROVENANCE;
    Provenance elsewhere =
        new Provenance(
            here.dataDigest(),
            here.settings(),
            here.seeds(),
            here.jdk(),
            here.os(),
            "Other CPU",
            here.cores(),
            here.threads(),
            here.provider(),
            here.commit(),
            here.version(),
            here.crossoverDigest(),
            here.started(),
            here.finished());
    trials.set(0, Trials.from(elsewhere, trials.get(0)));
    assertThat(Caveats.of(Summary.of(trials)))
        .containsExactly("Different processors: Other CPU; Some CPU.");
  }

  private static TrialResult reachingFour(double ratio) {
    TrialResult asked = Trials.trial("m", 4, 1, 0.9);
    return new TrialResult(
        new TrialKey("net", "digits", "m", ratio, 1),
        asked.composition(),
        asked.pruned(),
        asked.dense(),
        asked.batch(),
        asked.top1BeforeFinetune(),
        asked.top5BeforeFinetune(),
        asked.epochs(),
        asked.trainSeconds(),
        asked.trainMacs(),
        asked.trainMacsDense(),
        asked.layers(),
        asked.rounds(),
        asked.maskDigest(),
        asked.provenance());
  }
}
