package dev.espalier.prune.surgery;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Residual;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The branch f of a residual block {@code x + f(x)}, which becomes {@code x} when f is zero for
 * every input.
 */
public final class ResidualBranch {
  /** Runs a branch and remembers what it gave. */
  private static final class Probe extends Module {
    private final Module body;
    private final List<Variable> outputs = new ArrayList<>();

    private Probe(Module body) {
      this.body = child("probed", body);
    }

    @Override
    public Variable forward(Variable x) {
      Variable output = body.forward(x);
      outputs.add(output);
      return output;
    }
  }

  private final String name;
  private final Residual block;
  private final Map<String, Parameter> parameters;
  private String refusal;
  private boolean dead;

  private ResidualBranch(String name, Residual block, Map<String, Parameter> all) {
    this.name = name;
    this.block = block;
    this.parameters = new LinkedHashMap<>();
    var own = block.body().parameters();
    all.forEach(
        (full, parameter) -> {
          if (own.contains(parameter) && full.startsWith(name + ".")) {
            parameters.putIfAbsent(full, parameter);
          } else if (own.contains(parameter)) {
            refusal = "its '%s' is used outside of it".formatted(full);
          }
        });
    if (own.isEmpty()) {
      refusal = "it has no weights";
    }
  }

  /** The branches of a model, outer ones before the ones inside them. */
  public static List<ResidualBranch> of(Module module, Tensor example) {
    Map<String, Parameter> all = module.namedParameters();
    List<ResidualBranch> branches = new ArrayList<>();
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              if (part instanceof Residual block && block.body() != null) {
                String body = name.isEmpty() ? "body" : name + ".body";
                branches.add(new ResidualBranch(body, block, all));
              }
            });
    Map<ResidualBranch, Probe> probes = new LinkedHashMap<>();
    try (var _ = module.evaluating();
        var _ = Scope.open("residual branches");
        var _ = Autograd.enableGrad()) {
      for (ResidualBranch branch : branches) {
        Probe probe = new Probe(branch.block.body());
        branch.block.replaceBody(probe);
        probes.put(branch, probe);
      }
      Tensor alias = example.alias();
      module.forward(alias.dtype().isCompute() ? Variable.leaf(alias) : Variable.of(alias));
      probes.forEach((branch, probe) -> branch.judge(probe.outputs));
    } finally {
      probes.forEach((branch, probe) -> branch.block.replaceBody(probe.body));
    }
    return branches;
  }

  private void judge(List<Variable> outputs) {
    dead = !outputs.isEmpty() && allZero(outputs, ResidualBranch::isMasked);
    if (refusal == null && outputs.isEmpty()) {
      refusal = "the forward pass does not run it";
    } else if (refusal == null && !allZero(outputs, parameters.values()::contains)) {
      refusal =
          "operation '%s' at its end is not zero when its weights are"
              .formatted(
                  outputs.stream()
                      .filter(output -> output.node() != null)
                      .map(output -> output.node().op().name())
                      .findFirst()
                      .orElse("none"));
    }
  }

  private static boolean allZero(List<Variable> outputs, Predicate<Parameter> zero) {
    return outputs.stream().allMatch(output -> ZeroFlow.isZero(output, zero));
  }

  private static boolean isMasked(Parameter parameter) {
    return parameter.mask() != null
        && parameter.maskMode() == Parameter.MaskMode.HARD
        && parameter.mask().kept() == 0;
  }

  /** Dotted name of the branch's module. */
  public String name() {
    return name;
  }

  /** Everything that is learned in it, by name. */
  public Map<String, Parameter> parameters() {
    return parameters;
  }

  /** Why it cannot be pruned as a whole; empty if it can. */
  public Optional<String> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** Whether hard masks make it zero for every input. */
  public boolean isDead() {
    return dead;
  }

  Residual block() {
    return block;
  }
}
