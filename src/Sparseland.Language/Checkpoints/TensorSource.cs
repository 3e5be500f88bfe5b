using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>Where a checkpoint's tensor is and how it becomes a matrix: the checkpoint knows names, a source knows bytes. Thread-safe.</summary>
/// <param name="description">What is known from the header.</param>
internal abstract class TensorSource(CheckpointTensor description)
{
    /// <summary>What is known from the header.</summary>
    public CheckpointTensor Description => description;

    /// <summary>The matrix as it is stored.</summary>
    public abstract MatrixLayout LoadMatrix();

    /// <summary>The numbers as float32.</summary>
    public abstract Tensor<float> LoadTensor();
}
