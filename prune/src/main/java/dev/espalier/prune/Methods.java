package dev.espalier.prune;

import dev.espalier.nn.Names;
import java.util.List;
import java.util.Map;

/**
 * The named methods, one line each in a file for each family.
 *
 * <p>The one-shot baselines leave the classifier alone, as the protocol of D. Blalock et al. (2020)
 * does. The gradual one keeps at least a quarter of it, and half of a convolution that reads the
 * input, which holds next to nothing; the extended recipe of T. Gale, E. Elsen, S. Hooker (2019)
 * leaves all of such a layer.
 */
public final class Methods {
  private static final Map<String, Method> ALL = all(new MethodTable());

  private Methods() {}

  private static Map<String, Method> all(MethodTable table) {
    MagnitudeMethods.addTo(table);
    SaliencyMethods.addTo(table);
    GradualMethods.addTo(table);
    StructuredMethods.addTo(table);
    ChannelMethods.addTo(table);
    TicketMethods.addTo(table);
    return table.methods();
  }

  /** All methods, in order. */
  public static List<Method> all() {
    return List.copyOf(ALL.values());
  }

  /**
   * A method by name.
   *
   * @throws IllegalArgumentException naming the nearest of the known names
   */
  public static Method get(String name) {
    Method method = ALL.get(name);
    if (method == null) {
      throw Names.unknown("method", name, ALL.keySet());
    }
    return method;
  }
}
