package dev.espalier.prune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether a scorer that ranks some kinds of layers has something to say about all that matter. */
final class RankedLayers {
  private RankedLayers() {}

  /**
   * Refuses sets of groups without a score.
   *
   * @param open the sets that may be pruned
   * @throws IllegalArgumentException naming what the scorer ranks, and the sets without that
   */
  static void require(Method method, List<GroupSet> open, ScoringContext context) {
    Optional<String> only = method.scorer().ranksOnly();
    if (only.isEmpty()) {
      return;
    }
    List<String> unranked = unranked(method, open, context);
    if (!unranked.isEmpty()) {
      throw new IllegalArgumentException(
          "method '%s': scorer '%s' ranks only %s, and there are none in %s; %s"
              .formatted(
                  method.name(),
                  method.scorer().name(),
                  only.get(),
                  String.join(", ", unranked),
                  unranked.size() == open.size()
                      ? "use another scorer or another model"
                      : "protect these layers, or use another scorer"));
    }
  }

  private static List<String> unranked(Method method, List<GroupSet> open, ScoringContext context) {
    Score score = method.scorer().scores(context);
    List<String> unranked = new ArrayList<>();
    for (GroupSet set : open) {
      try {
        set.scores(score, method.aggregation());
      } catch (Score.UnrankedException _) {
        unranked.add("'" + set.name() + "'");
      }
    }
    return unranked;
  }
}
