package dev.espalier.prune.surgery;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.List;

/**
 * Which parameters share which channels, found from the recorded graph of one forward pass.
 *
 * <p>Every position of an axis that runs over channels carries a label, and operations say which
 * labels are one and the same: a product layer reads the channels of its input and makes new ones;
 * normalisation, pooling and functions of single elements pass them on; additions and gates tie
 * both sides; a concatenation puts them end to end; a depthwise convolution ties what it reads to
 * what it makes, a grouped one ties the same places of its groups (or, of many small groups, each
 * group as a whole); splitting an axis into heads ties the channels of a head. A parameter that is
 * used twice has the same labels both times.
 *
 * <p>Channels that meet anything which is not known to keep them apart are fixed, with the
 * operation and the path of layers that leads there as the reason; so are the model's inputs and
 * outputs.
 */
public final class ChannelGraph {
  private ChannelGraph() {}

  /** The channel spaces of a module, in the order of the forward pass; fixed ones included. */
  public static List<ChannelSpace> of(Module module, Tensor example) {
    if (example.rank() < 2) {
      throw new IllegalArgumentException(
          "channel graph: the example needs a batch and a channel axis but has shape "
              + example.shape());
    }
    List<Parameter> frozen = module.parameters().stream().filter(Parameter::isFrozen).toList();
    frozen.forEach(parameter -> parameter.setFrozen(false)); // what is not recorded is not seen
    var flow = new ChannelFlow(module);
    try (var _ = module.evaluating();
        var _ = Scope.open("channel graph");
        var _ = Autograd.enableGrad()) {
      Tensor alias = example.alias();
      Variable input = alias.dtype().isCompute() ? Variable.leaf(alias) : Variable.of(alias);
      flow.start(input);
      Variable output = module.forward(input);
      Traversal.oldestFirst(output).forEach(flow::visit);
      flow.end(output);
    } finally {
      frozen.forEach(parameter -> parameter.setFrozen(true));
    }
    return SpaceList.of(flow.channels, flow.parameters);
  }
}
