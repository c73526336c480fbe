package dev.espalier.nn.data;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The one digest that names data here. */
final class Sha256 {
  private Sha256() {}

  static MessageDigest create() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }
}
