package dev.espalier.cuda.driver;

import java.util.List;

/**
 * A parameter of a kernel as its PTX declares it, by which the arguments of a launch are checked.
 *
 * @param kind the letter of its type: {@code f}, {@code u} or {@code s}, and {@code b} for bits of
 *     any meaning, as those of a struct
 * @param bytes of the whole
 */
public record KernelParameter(char kind, int bytes) {
  /** What is wrong with the arguments, in a clause; null if the kernel takes them. */
  public static String mismatch(List<KernelParameter> parameters, List<KernelArgument> arguments) {
    if (arguments.size() != parameters.size()) {
      return "%d arguments for %d parameters".formatted(arguments.size(), parameters.size());
    }
    for (int i = 0; i < parameters.size(); i++) {
      if (!parameters.get(i).takes(arguments.get(i))) {
        return "argument %d is %s of %d bytes, but the parameter is a %s of %d"
            .formatted(
                i,
                arguments.get(i),
                arguments.get(i).bytes(),
                parameters.get(i).word(),
                parameters.get(i).bytes);
      }
    }
    return null;
  }

  private boolean takes(KernelArgument argument) {
    if (argument.bytes() != bytes) {
      return false;
    }
    return switch (argument) {
      case KernelArgument.Float32 _, KernelArgument.Float64 _ -> kind == 'f' || kind == 'b';
      case KernelArgument.Struct _ -> kind == 'b';
      default -> kind != 'f';
    };
  }

  private String word() {
    return switch (kind) {
      case 'f' -> "floating-point number";
      case 'b' -> "struct";
      default -> "whole number or address";
    };
  }
}
