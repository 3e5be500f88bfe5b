using Sparseland.Tensors;

namespace Sparseland.Language.Models;

/// <summary>Another way through the feed-forward layers of a model than with all neurons. A session takes it while <see cref="InferenceSession.FeedForward"/> is set.</summary>
public interface IFeedForwardPath
{
    /// <summary>Computes a block's feed-forward layer without its norm and without the residual, in place.</summary>
    /// <param name="block">The block's number.</param>
    /// <param name="states">[tokens, width]: the normed input, overwritten with the layer's output.</param>
    /// <returns>Bytes of weights that were read.</returns>
    long Apply(int block, MatrixView<float> states);
}
