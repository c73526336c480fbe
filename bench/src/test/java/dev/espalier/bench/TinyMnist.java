package dev.espalier.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files in the format of MNIST with a few images in the order of their classes. */
final class TinyMnist {
  private static final int CLASSES = 10;
  private static final int SIDE = 28;

  private TinyMnist() {}

  /** Writes so many training images of each class, and test images. */
  static void write(Path folder, int perClass) throws IOException {
    for (String split : new String[] {"train", "t10k"}) {
      int count = perClass * CLASSES;
      ByteBuffer images = ByteBuffer.allocate(16 + count * SIDE * SIDE);
      images.putInt(0x803).putInt(count).putInt(SIDE).putInt(SIDE);
      ByteBuffer labels = ByteBuffer.allocate(8 + count);
      labels.putInt(0x801).putInt(count);
      for (int i = 0; i < count; i++) {
        labels.put((byte) (i / perClass));
        for (int p = 0; p < SIDE * SIDE; p++) {
          images.put((byte) (p * (i + 7)));
        }
      }
      Files.write(folder.resolve(split + "-images-idx3-ubyte"), images.array());
      Files.write(folder.resolve(split + "-labels-idx1-ubyte"), labels.array());
    }
  }
}
