using Sparseland.Tensors;

namespace Sparseland.Coding;

/// <summary>A dictionary with the codes of the signals it was learned from.</summary>
/// <param name="Dictionary">[atoms, dimensions], atoms of unit norm.</param>
/// <param name="Codes">Which atoms each signal is made of.</param>
/// <param name="SquaredError">‖Y − S D‖² summed over all signals.</param>
public sealed record LearnedDictionary(Tensor<double> Dictionary, SparseCodes Codes, double SquaredError)
{
    /// <summary>Writes S D, the signals as the codes have them.</summary>
    /// <param name="destination">[signals, dimensions].</param>
    public void Reconstruct(MatrixView<double> destination)
    {
        if (destination.Rows != Codes.Signals || destination.Columns != Dictionary.Shape.Columns)
            throw new ArgumentException($"{Codes.Signals} signals of {Dictionary.Shape.Columns} dimensions into {destination.Rows} x {destination.Columns}", nameof(destination));
        var atoms = Dictionary.Matrix;
        for (var signal = 0; signal < Codes.Signals; signal++)
        {
            var target = destination.Row(signal);
            target.Clear();
            var indices = Codes.IndicesOf(signal);
            var values = Codes.ValuesOf(signal);
            for (var i = 0; i < indices.Length; i++)
                if (values[i] != 0)
                    TensorPrimitives.MultiplyAdd<double>(atoms.Row(indices[i]), values[i], target, target);
        }
        destination.KeepAlive();
        atoms.KeepAlive();
    }
}
