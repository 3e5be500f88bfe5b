using Sparseland.Errors;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Recipes;

/// <summary>
/// Optimal brain surgery over groups of rows (Hassibi and Stork 1993; the local pruner of Týr-the-Pruner, NeurIPS 2025). With V = H⁻¹ and W the rows as they are by now, removing the rows Q
/// adds ½ tr(W_Qᵀ V_QQ⁻¹ W_Q) to the error ½ ⟨W − B, H (W − B)⟩ when all other rows change by −V_·Q V_QQ⁻¹ W_Q, and leaves V − V_·Q V_QQ⁻¹ V_Q· as the inverse over the rows that stay.
/// With V_QQ = L Lᵀ, Y = V_·Q L⁻ᵀ and Z = L⁻¹ W_Q these are ½ ‖Z‖², −Y Z and −Y Yᵀ: two products. Removed rows move behind the others, so the products shrink as rows go;
/// removing n rows one by one takes about n² (n / 3 + outputs / 2) multiply-adds. Not thread-safe.
/// </summary>
public sealed class StructureRemoval
{
    private const int RowsPerPart = 32;

    // Below this many multiply-adds waking other threads costs more than they save.
    private const long WorthSharing = 1 << 20;

    private readonly MatrixView<double> _weights;
    private readonly MatrixView<double> _inverse;
    private readonly Tensor<double>? _gradient;
    private readonly int _extent;
    private readonly int[] _order;
    private readonly double[] _lossAt;

    /// <summary>Begins with all structures.</summary>
    /// <param name="weights">B, [inputs, outputs]; changed in place.</param>
    /// <param name="inverse">H⁻¹ of the damped Hessian, [inputs, inputs]; changed in place.</param>
    /// <param name="count">Structures: inputs / count consecutive rows each.</param>
    /// <param name="hessian">The damped H where the authors' first-order term W ∘ H B shall be part of the saliency; null for the exact increase alone.</param>
    /// <exception cref="ArgumentException">The extents do not fit.</exception>
    public StructureRemoval(Tensor<double> weights, Tensor<double> inverse, int count, Tensor<double>? hessian = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(inverse);
        var inputs = weights.Shape.Rows;
        if (count < 1 || inputs % count != 0 || inverse.Shape.Rows != inputs || inverse.Shape.Columns != inputs)
            throw new ArgumentException($"{count} structures in {inputs} rows with an inverse of {inverse.Shape}", nameof(count));
        (_weights, _inverse, _extent, Live) = (weights.Matrix, inverse.Matrix, inputs / count, count);
        _order = [.. Enumerable.Range(0, count)];
        _lossAt = new double[count];
        if (hessian is null)
            return;
        _gradient = Tensor<double>.Uninitialized(weights.Shape);
        Gemm.Multiply(hessian.Matrix, false, _weights, false, _gradient.Matrix);
    }

    /// <summary>How many structures are left.</summary>
    public int Live { get; private set; }

    /// <summary>The error so far, ½ ⟨W − B, H (W − B)⟩.</summary>
    public double Loss { get; private set; }

    /// <summary>The structures that are left, in no order.</summary>
    public ReadOnlySpan<int> Remaining => _order.AsSpan(0, Live);

    /// <summary>The rows of a structure that is left, as they are by now: [inputs / count, outputs].</summary>
    public MatrixView<double> RowsOf(int structure) => _weights.SliceRows(Array.IndexOf(_order, structure, 0, Live) * _extent, _extent);

    /// <summary>Removes structures that are zero throughout, which costs nothing, in their order.</summary>
    /// <param name="keep">Where to stop.</param>
    public void RemoveZeros(int keep)
    {
        for (var structure = 0; structure < _order.Length && Live > keep; structure++)
        {
            var place = Array.IndexOf(_order, structure, 0, Live);
            if (place >= 0 && SumOfSquares(_weights.SliceRows(place * _extent, _extent)) == 0)
                RemovePlaces([place]);
        }
    }

    /// <summary>Removes structures in rounds of nearly equal size (the first ones take the extras), each time those with the least saliency.</summary>
    /// <param name="keep">How many shall be left, from 0.</param>
    /// <param name="rounds">At most so many rounds; as many as structures go are one at a time.</param>
    /// <param name="cancellation">Heeded between rounds.</param>
    public void Remove(int keep, int rounds, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var open = Live - keep;
        rounds = Math.Min(rounds, open);
        for (var round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            RemovePlaces(Lowest(open / rounds + (round < open % rounds ? 1 : 0)));
        }
    }

    /// <summary>A score per structure: the loss after it went; for those that are left, the loss if it went now.</summary>
    /// <param name="destination">One per structure.</param>
    public void Scores(Span<double> destination)
    {
        _lossAt.CopyTo(destination);
        var work = new SaliencyWork(this, new double[Live], withFirstOrder: false);
        RunParts(Live, (long)Live * _extent * _extent * _weights.Columns, work);
        for (var place = 0; place < Live; place++)
            destination[_order[place]] = Loss + work.Saliencies[place];
    }

    // Of equal saliencies the lower structure goes.
    private int[] Lowest(int count)
    {
        var work = new SaliencyWork(this, new double[Live], _gradient is not null);
        RunParts(Live, (long)Live * _extent * _extent * _weights.Columns, work);
        var places = new int[Live];
        for (var place = 0; place < places.Length; place++)
        {
            places[place] = place;
            if (double.IsNaN(work.Saliencies[place]))
                throw new NumericalException($"the saliency of structure {_order[place]} is NaN: choose more damping");
        }
        Array.Sort(places, (a, b) => work.Saliencies[a] != work.Saliencies[b] ? work.Saliencies[a].CompareTo(work.Saliencies[b]) : _order[a].CompareTo(_order[b]));
        return places[..count];
    }

    private void RemovePlaces(int[] places)
    {
        Array.Sort(places);
        var before = Live * _extent;
        for (var i = places.Length - 1; i >= 0; i--)
            Swap(places[i], --Live, before);
        var (stay, rows) = (Live * _extent, places.Length * _extent);
        var lower = Tensor<double>.Uninitialized(new Shape(rows, rows));
        CopyRows(_inverse.Slice(stay, rows, stay, rows), lower.Matrix);
        if (!Cholesky.TryFactor(lower.Matrix))
            throw new NumericalException($"the inverse Hessian of structure {_order[Live]} is not positive definite any more: choose more damping, or more calibration text");
        Cholesky.InvertLower(lower.Matrix);
        var solved = Tensor<double>.Uninitialized(new Shape(rows, _weights.Columns));
        Gemm.Multiply(lower.Matrix, false, _weights.SliceRows(stay, rows), false, solved.Matrix);
        Loss += TensorPrimitives.SumOfSquares<double>(solved.Span) / 2;
        for (var i = Live; i < Live + places.Length; i++)
            _lossAt[_order[i]] = Loss;
        if (Live == 0)
            return;
        var panel = Tensor<double>.Uninitialized(new Shape(rows, stay));
        Gemm.Multiply(lower.Matrix, false, _inverse.Slice(stay, rows, 0, stay), false, panel.Matrix);
        Downdate(panel, solved);
    }

    // Panel is Yᵀ: rows that go, columns that stay.
    private void Downdate(Tensor<double> panel, Tensor<double> solved)
    {
        var stay = panel.Shape.Columns;
        if (panel.Shape.Rows == 1)
        {
            RunParts((stay + RowsPerPart - 1) / RowsPerPart, (long)stay * (stay + _weights.Columns), new RankOneWork(_inverse, _weights, panel, solved));
            return;
        }
        var negated = Tensor<double>.Uninitialized(panel.Shape);
        TensorPrimitives.Negate<double>(panel.Span, negated.Span);
        Gemm.Multiply(negated.Matrix, true, panel.Matrix, false, _inverse.Slice(0, stay, 0, stay), accumulate: true);
        Gemm.Multiply(negated.Matrix, true, solved.Matrix, false, _weights.SliceRows(0, stay), accumulate: true);
    }

    private static void RunParts<TWork>(int parts, long operations, TWork work) where TWork : struct, IParallelWork
    {
        if (operations >= WorthSharing)
        {
            WorkerPool.Run(parts, work);
            return;
        }
        for (var part = 0; part < parts; part++)
            work.Run(part);
    }

    // Rows and columns of two places change places, within the rows that were left before.
    private void Swap(int a, int b, int rows)
    {
        if (a == b)
            return;
        (_order[a], _order[b]) = (_order[b], _order[a]);
        for (var k = 0; k < _extent; k++)
        {
            var (i, j) = (a * _extent + k, b * _extent + k);
            Exchange(_weights.Row(i), _weights.Row(j));
            Exchange(_inverse.Row(i)[..rows], _inverse.Row(j)[..rows]);
        }
        for (var row = 0; row < rows; row++)
        {
            var values = _inverse.Row(row);
            Exchange(values.Slice(a * _extent, _extent), values.Slice(b * _extent, _extent));
        }
    }

    private static void Exchange(Span<double> a, Span<double> b)
    {
        for (var i = 0; i < a.Length; i++)
            (a[i], b[i]) = (b[i], a[i]);
    }

    private static void CopyRows(MatrixView<double> source, MatrixView<double> destination)
    {
        for (var row = 0; row < source.Rows; row++)
            source.Row(row).CopyTo(destination.Row(row));
    }

    private static double SumOfSquares(MatrixView<double> rows)
    {
        var sum = 0.0;
        for (var row = 0; row < rows.Rows; row++)
            sum += TensorPrimitives.SumOfSquares<double>(rows.Row(row));
        return sum;
    }

    private readonly struct SaliencyWork(StructureRemoval owner, double[] saliencies, bool withFirstOrder) : IParallelWork
    {
        public double[] Saliencies => saliencies;

        public void Run(int place)
        {
            var extent = owner._extent;
            var rows = owner._weights.SliceRows(place * extent, extent);
            saliencies[place] = SecondOrder(rows, owner._inverse.Slice(place * extent, extent, place * extent, extent));
            if (!withFirstOrder)
                return;
            for (var k = 0; k < extent; k++)
                saliencies[place] += TensorPrimitives.Dot<double>(rows.Row(k), owner._gradient!.Matrix.Row(owner._order[place] * extent + k));
        }

        // ½ tr(Wᵀ V⁻¹ W); NaN where rounding has cost V its definiteness.
        private static double SecondOrder(MatrixView<double> rows, MatrixView<double> inverse)
        {
            if (rows.Rows == 1)
                return inverse[0, 0] > 0 ? TensorPrimitives.SumOfSquares<double>(rows.Row(0)) / inverse[0, 0] / 2 : double.NaN;
            var lower = Tensor<double>.Uninitialized(new Shape(rows.Rows, rows.Rows));
            CopyRows(inverse, lower.Matrix);
            if (!Cholesky.TryFactor(lower.Matrix))
                return double.NaN;
            Cholesky.InvertLower(lower.Matrix);
            var solved = Tensor<double>.Uninitialized(new Shape(rows.Rows, rows.Columns));
            Gemm.Multiply(lower.Matrix, false, rows, false, solved.Matrix);
            return TensorPrimitives.SumOfSquares<double>(solved.Span) / 2;
        }
    }

    // V −= y yᵀ and W −= y z, row by row.
    private readonly struct RankOneWork(MatrixView<double> inverse, MatrixView<double> weights, Tensor<double> panel, Tensor<double> solved) : IParallelWork
    {
        public void Run(int part)
        {
            var y = panel.Span;
            var z = solved.Span;
            for (var row = part * RowsPerPart; row < Math.Min(y.Length, (part + 1) * RowsPerPart); row++)
            {
                var target = inverse.Row(row)[..y.Length];
                TensorPrimitives.MultiplyAdd(y, -y[row], target, target);
                var outputs = weights.Row(row);
                TensorPrimitives.MultiplyAdd(z, -y[row], outputs, outputs);
            }
            inverse.KeepAlive();
            weights.KeepAlive();
        }
    }
}
