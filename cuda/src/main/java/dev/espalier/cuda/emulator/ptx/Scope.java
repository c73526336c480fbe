package dev.espalier.cuda.emulator.ptx;

import java.util.HashMap;
import java.util.Map;

/** The names that are visible at one place of a text. */
final class Scope {
  private final Scope outer;
  private final Map<String, Register> registers = new HashMap<>();
  private final Map<String, Variable> variables = new HashMap<>();
  private final Map<String, PtxType> families = new HashMap<>();
  private final Map<String, Integer> familySizes = new HashMap<>();

  Scope(Scope outer) {
    this.outer = outer;
  }

  Scope outer() {
    return outer;
  }

  void declare(String name, PtxType type) {
    registers.put(name, new Register(name, type));
  }

  /** Declares {@code count} registers, named by {@code prefix} and a number from 0 on. */
  void declareFamily(String prefix, int count, PtxType type) {
    families.put(prefix, type);
    familySizes.put(prefix, count);
  }

  void declare(Variable variable) {
    variables.put(variable.name(), variable);
  }

  /** The register of that name, or null. */
  Register register(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Register found = scope.ownRegister(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The variable of that name, or null. */
  Variable variable(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Variable found = scope.variables.get(name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private Register ownRegister(String name) {
    Register known = registers.get(name);
    if (known != null) {
      return known;
    }
    int digits = name.length();
    while (digits > 0 && Character.isDigit(name.charAt(digits - 1))) {
      digits--;
    }
    if (digits == name.length() || name.length() - digits > 9) {
      return null;
    }
    String prefix = name.substring(0, digits);
    PtxType type = families.get(prefix);
    if (type == null || Integer.parseInt(name.substring(digits)) >= familySizes.get(prefix)) {
      return null;
    }
    Register made = new Register(name, type);
    registers.put(name, made);
    return made;
  }
}
