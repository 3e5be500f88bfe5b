using Sparseland.Tensors;

namespace Sparseland.Coding;

/// <summary>A matrix as the product of two thin ones, the best of its rank in the squared error (Eckart and Young 1936).</summary>
/// <param name="Left">[rows, rank].</param>
/// <param name="Right">[rank, columns].</param>
public sealed record LowRank(Tensor<double> Left, Tensor<double> Right)
{
    /// <summary>Writes Left · Right.</summary>
    /// <param name="destination">[rows, columns].</param>
    public void Reconstruct(MatrixView<double> destination) => Gemm.Multiply(Left.Matrix, false, Right.Matrix, false, destination);
}
