using System.Numerics;
using Sparseland.Errors;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Coding;

/// <summary>
/// Orthogonal matching pursuit with a fixed number of atoms per signal, in the batch form (Rubinstein, Zibulevsky and Elad 2008): the atoms' Gram matrix and all
/// correlations with the signals are computed once, and the Cholesky factor of the chosen atoms grows by a row per step.
/// For atom a of step i, with q_i the part of it that is orthogonal to the atoms before, made a unit vector, we keep p_i = D q_i, the correlations of all atoms with q_i.
/// Then row i of the factor is p_0[a] .. p_i[a], needs no solve, and the residual's correlations lose (q_i · y) p_i; one triangular solve at the end gives the coefficients.
/// </summary>
public static class OrthogonalMatchingPursuit
{
    // An atom whose part outside the chosen ones is smaller than this, squared, depends on them and is passed over.
    private const double Dependent = 1e-10;

    // A signal is done when no atom has a correlation with its residual above this share of the signal's norm.
    private const double Exhausted = 1e-12;

    private const int SignalsPerPart = 8;

    /// <summary>Codes every signal. The result does not depend on the number of threads. O(signals · atoms · (dimensions + s²)).</summary>
    /// <param name="dictionary">[atoms, dimensions], atoms of unit norm.</param>
    /// <param name="signals">[signals, dimensions].</param>
    /// <param name="perSignal">Atoms of a signal s, 1 to the number of atoms.</param>
    /// <exception cref="NumericalException">An atom or a signal is not finite.</exception>
    public static SparseCodes Encode(MatrixView<double> dictionary, MatrixView<double> signals, int perSignal)
    {
        if (dictionary.Columns != signals.Columns)
            throw new ArgumentException($"atoms of {dictionary.Columns} dimensions for signals of {signals.Columns}", nameof(signals));
        ArgumentOutOfRangeException.ThrowIfLessThan(perSignal, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSignal, dictionary.Rows);
        RequireFinite(dictionary, "atom");
        RequireFinite(signals, "signal");
        var atoms = dictionary.Rows;
        var gram = Tensor<double>.Uninitialized(new Shape(atoms, atoms));
        Gemm.Multiply(dictionary, false, dictionary, true, gram.Matrix);
        var correlations = Tensor<double>.Uninitialized(new Shape(signals.Rows, atoms));
        Gemm.Multiply(signals, false, dictionary, true, correlations.Matrix);
        var codes = new SparseCodes(signals.Rows, atoms, perSignal);
        WorkerPool.Run((signals.Rows + SignalsPerPart - 1) / SignalsPerPart, new PursuitWork(gram.Matrix, correlations.Matrix, signals, codes));
        gram.Matrix.KeepAlive();
        correlations.Matrix.KeepAlive();
        signals.KeepAlive();
        return codes;
    }

    private static void RequireFinite(MatrixView<double> matrix, string what)
    {
        for (var row = 0; row < matrix.Rows; row++)
            if (!double.IsFinite(TensorPrimitives.SumOfMagnitudes<double>(matrix.Row(row))))
                throw new NumericalException($"{what} {row} of {matrix.Rows} is not finite");
    }

    // What is known of one signal: directions p_i [s, atoms], coefficients of the q_i [s], chosen atoms in order [s], and all atoms passed over or chosen [atoms].
    private readonly unsafe struct Room(int atoms, int most)
    {
        public readonly double* Directions = Scratch.Get<double>(Scratch.Pursuit, (long)atoms * most + most + (most + (long)atoms + 1) / 2);

        public double* Coefficients => Directions + (long)atoms * most;

        public int* Chosen => (int*)(Coefficients + most);

        public int* Closed => Chosen + most;

        public Span<double> Direction(int step) => new(Directions + (long)step * atoms, atoms);
    }

    private readonly unsafe struct PursuitWork(MatrixView<double> gram, MatrixView<double> correlations, MatrixView<double> signals, SparseCodes codes) : IParallelWork
    {
        public void Run(int part)
        {
            var room = new Room(codes.Atoms, codes.PerSignal);
            for (var signal = part * SignalsPerPart; signal < Math.Min(codes.Signals, (part + 1) * SignalsPerPart); signal++)
            {
                // The correlations are not needed afterwards, so they become those of the residual in place.
                var count = Pursue(correlations.Row(signal), TensorPrimitives.Norm<double>(signals.Row(signal)), room);
                Solve(room, count);
                Store(room, count, codes.IndicesOf(signal), codes.ValuesOf(signal));
            }
        }

        private int Pursue(Span<double> residual, double norm, Room room)
        {
            var (count, closed) = (0, 0);
            while (count < codes.PerSignal)
            {
                var atom = TensorPrimitives.IndexOfMaxMagnitude<double>(residual);
                if (!(Math.Abs(residual[atom]) > Exhausted * norm))
                    break;
                var direction = room.Direction(count);
                Project(room, count, atom, gram.Row(atom), direction);
                room.Closed[closed++] = atom;
                if (direction[atom] < Dependent)
                {
                    residual[atom] = 0;
                    continue;
                }
                TensorPrimitives.Multiply<double>(direction, 1 / Math.Sqrt(direction[atom]), direction);
                var coefficient = residual[atom] / direction[atom];
                TensorPrimitives.MultiplyAdd<double>(direction, -coefficient, residual, residual);
                room.Coefficients[count] = coefficient;
                room.Chosen[count++] = atom;
                for (var i = 0; i < closed; i++)
                    residual[room.Closed[i]] = 0;
            }
            return count;
        }

        // direction = G_a - Σ p_j[a] p_j, some vectors of the sum in registers while all p_j pass by.
        private static void Project(Room room, int count, int atom, ReadOnlySpan<double> source, Span<double> direction)
        {
            var width = Vector<double>.Count;
            var atoms = source.Length;
            var rows = room.Directions;
            var column = 0;
            for (; column + 4 * width <= atoms; column += 4 * width)
            {
                Vector<double> s0 = new(source[column..]), s1 = new(source[(column + width)..]), s2 = new(source[(column + 2 * width)..]), s3 = new(source[(column + 3 * width)..]);
                for (var j = 0; j < count; j++)
                {
                    var row = rows + (long)j * atoms;
                    var factor = new Vector<double>(-row[atom]);
                    s0 = Vector.MultiplyAddEstimate(Vector.Load(row + column), factor, s0);
                    s1 = Vector.MultiplyAddEstimate(Vector.Load(row + column + width), factor, s1);
                    s2 = Vector.MultiplyAddEstimate(Vector.Load(row + column + 2 * width), factor, s2);
                    s3 = Vector.MultiplyAddEstimate(Vector.Load(row + column + 3 * width), factor, s3);
                }
                s0.CopyTo(direction[column..]);
                s1.CopyTo(direction[(column + width)..]);
                s2.CopyTo(direction[(column + 2 * width)..]);
                s3.CopyTo(direction[(column + 3 * width)..]);
            }
            for (; column < atoms; column++)
            {
                var sum = source[column];
                for (var j = 0; j < count; j++)
                    sum -= rows[(long)j * atoms + atom] * rows[(long)j * atoms + column];
                direction[column] = sum;
            }
        }

        // Σ x_i a_i = Σ c_i q_i: row i of the factor is p_0[a_i] .. p_i[a_i], so this is a triangular solve from the last step back.
        private static void Solve(Room room, int count)
        {
            var x = room.Coefficients;
            for (var i = count - 1; i >= 0; i--)
            {
                var sum = x[i];
                var direction = room.Direction(i);
                for (var later = i + 1; later < count; later++)
                    sum -= x[later] * direction[room.Chosen[later]];
                x[i] = sum / direction[room.Chosen[i]];
            }
        }

        private static void Store(Room room, int count, Span<int> indices, Span<double> values)
        {
            var chosen = new Span<int>(room.Chosen, count);
            var coefficients = new Span<double>(room.Coefficients, count);
            chosen.Sort(coefficients);
            if (count == indices.Length)
            {
                chosen.CopyTo(indices);
                coefficients.CopyTo(values);
                return;
            }
            // Free places go to the first atoms that are not chosen.
            var spare = indices.Length - count;
            for (int atom = 0, next = 0, place = 0; place < indices.Length; atom++)
            {
                var isChosen = next < count && chosen[next] == atom;
                if (!isChosen && spare-- <= 0)
                    continue;
                indices[place] = atom;
                values[place++] = isChosen ? coefficients[next++] : 0;
            }
        }
    }
}
