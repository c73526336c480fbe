package dev.espalier.bench.study;

import java.util.Map;
import java.util.TreeMap;

/** What the file of a network says of it beside its weights. */
public final class NetworkNotes {
  /** The key of the name among the built-in models. */
  public static final String MODEL = "model";

  /** The key of the number of outputs. */
  public static final String CLASSES = "classes";

  private NetworkNotes() {}

  /** Name and number of outputs. */
  public static Map<String, String> of(String model, int classes) {
    Map<String, String> notes = new TreeMap<>();
    notes.put(MODEL, model);
    notes.put(CLASSES, Integer.toString(classes));
    return notes;
  }
}
