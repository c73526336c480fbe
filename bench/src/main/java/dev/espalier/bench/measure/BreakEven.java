package dev.espalier.bench.measure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * From which sparsity on a sparse kernel beats its peer.
 *
 * @param row one of the rows, for all that they share
 * @param text such as {@code 62 %}, {@code below 50 %} or {@code above 98 %}
 * @param points how many sparsities were measured
 */
record BreakEven(KernelRow row, String text, int points) {
  /** For each sparse kernel and peer that was measured at two sparsities or more. */
  static List<BreakEven> of(List<KernelRow> rows) {
    Map<List<Object>, List<KernelRow>> groups = new LinkedHashMap<>();
    for (KernelRow row : rows) {
      if (row.sparsity() > 0 && row.peer() != null && row.pattern().isEmpty()) {
        List<Object> key =
            List.of(row.kernel(), row.pass(), row.format(), row.shape(), row.threads(), row.peer());
        groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(row);
      }
    }
    List<BreakEven> all = new ArrayList<>();
    for (List<KernelRow> group : groups.values()) {
      if (group.size() > 1) {
        group.sort(Comparator.comparingDouble(KernelRow::sparsity));
        all.add(new BreakEven(group.getFirst(), crossing(group), group.size()));
      }
    }
    return all;
  }

  /** Where the ratio last rises through 1, by linear interpolation between two sparsities. */
  private static String crossing(List<KernelRow> rising) {
    int last = rising.size() - 1;
    if (rising.get(last).ratio() < 1) {
      return "above " + percent(rising.get(last).sparsity());
    }
    int winner = last;
    while (winner > 0 && rising.get(winner - 1).ratio() >= 1) {
      winner--;
    }
    KernelRow first = rising.get(winner);
    if (winner == 0) {
      return "below " + percent(first.sparsity());
    }
    KernelRow loser = rising.get(winner - 1);
    double share = (1 - loser.ratio()) / (first.ratio() - loser.ratio());
    return percent(loser.sparsity() + share * (first.sparsity() - loser.sparsity()));
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * fraction);
  }
}
