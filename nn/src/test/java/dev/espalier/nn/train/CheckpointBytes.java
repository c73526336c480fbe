package dev.espalier.nn.train;

import dev.espalier.tensor.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A checkpoint file taken apart, to be changed and put together again. */
final class CheckpointBytes {
  static final String KEY = "espalier.checkpoint";

  /** Of the training whose checkpoint {@link #write} writes. */
  static final int EPOCHS = 6;

  /** In mid-epoch, and after masks were set. */
  static final int STEP = 6;

  /** Tensors by name, and the metadata. */
  final Map<String, Object> header;

  /** The checkpoint's own entry of the metadata. */
  final Map<String, Object> state;

  private byte[] payload;
  private String stateText;

  private CheckpointBytes(Map<String, Object> header, Map<String, Object> state, byte[] payload) {
    this.header = header;
    this.state = state;
    this.payload = payload;
  }

  static CheckpointBytes of(byte[] file) {
    int start = 8 + headerLength(file);
    Map<String, Object> header =
        object(Json.parse(new String(file, 8, start - 8, StandardCharsets.UTF_8).strip()));
    Object text = object(header.get("__metadata__")).get(KEY);
    return new CheckpointBytes(
        header, object(Json.parse((String) text)), Arrays.copyOfRange(file, start, file.length));
  }

  static int headerLength(byte[] file) {
    return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /** A member that is an object, as the live map. */
  @SuppressWarnings("unchecked") // of what Json.parse returns
  static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  /** An object within the state; names may hold dots. */
  Map<String, Object> within(String... names) {
    Map<String, Object> at = state;
    for (String name : names) {
      at = object(at.get(name));
    }
    return at;
  }

  Map<String, Object> tensor(String name) {
    return object(header.get(name));
  }

  void rename(String from, String to) {
    header.put(to, header.remove(from));
  }

  /** Takes a tensor's bytes out too and closes the hole. */
  void remove(String name) {
    List<?> offsets = (List<?>) object(header.remove(name)).get("data_offsets");
    int begin = Math.toIntExact((Long) offsets.get(0));
    int end = Math.toIntExact((Long) offsets.get(1));
    byte[] rest = new byte[payload.length - (end - begin)];
    System.arraycopy(payload, 0, rest, 0, begin);
    System.arraycopy(payload, end, rest, begin, payload.length - end);
    payload = rest;
    for (String other : header.keySet()) {
      if (!other.equals("__metadata__")) {
        tensor(other)
            .compute(
                "data_offsets",
                (_, value) ->
                    ((List<?>) value)
                        .stream()
                            .map(at -> (Long) at >= end ? (Long) at - (end - begin) : (Long) at)
                            .toList());
      }
    }
  }

  /** Writes this text in place of the state. */
  void replaceState(String text) {
    stateText = text;
  }

  byte[] bytes() {
    if (header.get("__metadata__") instanceof Map<?, ?> metadata && metadata.containsKey(KEY)) {
      object(metadata).put(KEY, stateText == null ? Json.write(state) : stateText);
    }
    return join(Json.write(header));
  }

  /** With any text as the header. */
  byte[] join(String text) {
    byte[] json = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + payload.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(payload)
        .array();
  }

  /** A valid checkpoint of a {@link SmallTraining}. */
  static byte[] write(Path file) {
    try (var training = new SmallTraining(EPOCHS, new AfterStep(STEP, Trainer::requestStop))) {
      training.run();
      try (Checkpoint checkpoint =
          training.trainer.checkpoint(new LinkedHashMap<>(Map.of("key", "value")))) {
        checkpoint.write(file);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
