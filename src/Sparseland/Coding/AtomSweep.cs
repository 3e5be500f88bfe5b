using Sparseland.Tensors;

namespace Sparseland.Coding;

/// <summary>
/// Renews every atom of a dictionary together with its coefficients, the supports being fixed: the leading singular pair of what the other atoms leave of the signals
/// that use it, by power iterations that start from the coefficients there are. Every half of such an iteration solves a least-squares problem exactly,
/// so no renewal raises the error (Aharon, Elad and Bruckstein 2006; Rubinstein, Zibulevsky and Elad 2008).
/// </summary>
internal sealed class AtomSweep
{
    private readonly MatrixView<double> _dictionary, _residual;
    private readonly SparseCodes _codes;
    private readonly int _powerIterations;
    // Places of the codes by atom: those of atom a lie from _starts[a] to _starts[a + 1].
    private readonly int[] _starts, _places;
    private readonly Tensor<double> _rows, _coefficients, _atom;
    private readonly bool[] _taken;

    /// <param name="dictionary">[atoms, dimensions]; renewed in place.</param>
    /// <param name="codes">The codes; coefficients are renewed in place.</param>
    /// <param name="residual">[signals, dimensions]: Y − S D; kept up to date.</param>
    /// <param name="powerIterations">For each atom.</param>
    public AtomSweep(MatrixView<double> dictionary, SparseCodes codes, MatrixView<double> residual, int powerIterations)
    {
        (_dictionary, _codes, _residual, _powerIterations) = (dictionary, codes, residual, powerIterations);
        _starts = new int[codes.Atoms + 2];
        for (var i = 0; i < codes.Indices.Length; i++)
            if (codes.Values[i] != 0)
                _starts[codes.Indices[i] + 2]++;
        var most = _starts.Max();
        for (var i = 2; i < _starts.Length; i++)
            _starts[i] += _starts[i - 1];
        _places = new int[_starts[^1]];
        for (var i = 0; i < codes.Indices.Length; i++)
            if (codes.Values[i] != 0)
                _places[_starts[codes.Indices[i] + 1]++] = i;
        _rows = Tensor<double>.Uninitialized(new Shape(most, dictionary.Columns));
        _coefficients = Tensor<double>.Uninitialized(new Shape(1, most));
        _atom = Tensor<double>.Uninitialized(new Shape(1, dictionary.Columns));
        _taken = new bool[codes.Signals];
    }

    /// <summary>Renews one atom.</summary>
    /// <param name="atom">Which.</param>
    public void Update(int atom)
    {
        var places = _places.AsSpan(_starts[atom], _starts[atom + 1] - _starts[atom]);
        if (places.Length == 0)
        {
            TakeWorstSignal(atom);
            return;
        }
        var rows = _rows.Matrix.SliceRows(0, places.Length);
        var coefficients = _coefficients.Matrix.Slice(0, 1, 0, places.Length);
        Gather(atom, places, rows, coefficients.Row(0));
        if (!Iterate(rows, coefficients, places.Length == 1 ? 1 : _powerIterations))
            return;
        var renewed = _atom.Matrix.Row(0);
        for (var i = 0; i < places.Length; i++)
        {
            var coefficient = coefficients[0, i];
            _codes.Values[places[i]] = coefficient;
            TensorPrimitives.MultiplyAdd<double>(renewed, -coefficient, rows.Row(i), _residual.Row(places[i] / _codes.PerSignal));
        }
        renewed.CopyTo(_dictionary.Row(atom));
    }

    // R = the residual of the atom's signals without the atom, and the coefficients g.
    private void Gather(int atom, ReadOnlySpan<int> places, MatrixView<double> rows, Span<double> coefficients)
    {
        var old = _dictionary.Row(atom);
        for (var i = 0; i < places.Length; i++)
        {
            coefficients[i] = _codes.Values[places[i]];
            TensorPrimitives.MultiplyAdd<double>(old, coefficients[i], _residual.Row(places[i] / _codes.PerSignal), rows.Row(i));
        }
    }

    // d = Rᵀ g made a unit vector, g = R d. Returns false when the coefficients say nothing about the rows: the atom then stays as it is.
    private bool Iterate(MatrixView<double> rows, MatrixView<double> coefficients, int iterations)
    {
        var atom = _atom.Matrix;
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            Gemm.Multiply(coefficients, false, rows, false, atom);
            var norm = TensorPrimitives.Norm<double>(atom.Row(0));
            if (!(norm > 0) || !double.IsNormal(1 / norm))
                return false;
            TensorPrimitives.Multiply<double>(atom.Row(0), 1 / norm, atom.Row(0));
            Gemm.Multiply(atom, false, rows, true, coefficients);
        }
        return true;
    }

    // An atom that no signal uses becomes the signal's residual that is largest, each signal once per sweep.
    private void TakeWorstSignal(int atom)
    {
        var (worst, largest) = (-1, 0.0);
        for (var signal = 0; signal < _residual.Rows; signal++)
            if (!_taken[signal] && TensorPrimitives.SumOfSquares<double>(_residual.Row(signal)) is var energy && energy > largest)
                (worst, largest) = (signal, energy);
        if (worst < 0 || !double.IsNormal(largest))
            return;
        _taken[worst] = true;
        TensorPrimitives.Multiply<double>(_residual.Row(worst), 1 / Math.Sqrt(largest), _dictionary.Row(atom));
    }
}
