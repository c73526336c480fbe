package dev.espalier.bench.reproduce;

import dev.espalier.nn.Module;
import dev.espalier.nn.data.TrainTest;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Data sets and trained networks that several experiments of one command use. */
public final class Stock implements AutoCloseable {
  /** Where data sets come from. */
  @FunctionalInterface
  public interface Source {
    /**
     * Loads a data set.
     *
     * @throws IOException if its files cannot be read
     */
    TrainTest load(String name) throws IOException;
  }

  private final Source source;
  private final Map<String, TrainTest> data = new HashMap<>();
  private final Map<String, Map<String, Tensor>> networks = new HashMap<>();

  /** Loads nothing yet. */
  public Stock(Source source) {
    this.source = source;
  }

  /**
   * A data set, loaded once.
   *
   * @throws IOException if its files cannot be read
   */
  public TrainTest data(String name) throws IOException {
    TrainTest known = data.get(name);
    if (known == null) {
      known = source.load(name);
      data.put(name, known);
    }
    return known;
  }

  /** Gives a module the weights that are kept under a key; false if there are none. */
  boolean restore(String key, Module module) {
    Map<String, Tensor> state = networks.get(key);
    if (state != null) {
      module.loadStateDict(state);
    }
    return state != null;
  }

  /** Keeps a module's weights. */
  void keep(String key, Module module) {
    Map<String, Tensor> copy = new LinkedHashMap<>();
    module.stateDict().forEach((name, tensor) -> copy.put(name, Scope.detach(tensor.copy())));
    networks.put(key, copy);
  }

  @Override
  public void close() {
    networks.values().forEach(state -> state.values().forEach(Tensor::close));
    networks.clear();
  }
}
