using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>
/// Sees what flows into a block's projections: calibration collects its statistics here. Called on the thread that runs the block, in the order of computation.
/// </summary>
public interface IActivationObserver
{
    /// <summary>Takes a batch of inputs. The memory is reused after the call.</summary>
    /// <param name="block">The block's number.</param>
    /// <param name="projections">All projections that read exactly this input, such as query, key and value.</param>
    /// <param name="input">[tokens, inputs]; tokens of whole sequences, one after the other.</param>
    void Observe(int block, IReadOnlyList<string> projections, MatrixView<float> input);
}
