using Sparseland.Chance;
using Sparseland.Threads;

namespace Sparseland.Trees.Omnitrees;

/// <summary>How far bodies of boxes are from a body: the share of uniform random points at which they differ. The points and the body's answers are kept, so that bodies are compared at the same points.</summary>
public sealed class ShapeError
{
    private const int PointsPerPart = 4096;

    private readonly double[] _points;
    private readonly bool[] _truth;
    private readonly bool[] _answers;
    private readonly int _dimensions;

    /// <summary>Draws points and asks the body about them, on all threads.</summary>
    /// <param name="body">The body.</param>
    /// <param name="samples">How many points, at least 1; 262,144 make errors of a thousandth certain to a tenth of it.</param>
    /// <param name="seed">The seed of the points.</param>
    public ShapeError(IShapeIndicator body, int samples, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        _dimensions = body.Dimensions;
        (_points, _truth, _answers) = (new double[samples * _dimensions], new bool[samples], new bool[samples]);
        WorkerPool.Run(Parts, new DrawWork(this, body, seed));
    }

    private int Parts => (_truth.Length + PointsPerPart - 1) / PointsPerPart;

    /// <summary>The share of the points at which a body of boxes and the body differ. Not thread-safe.</summary>
    /// <param name="shape">Of the same dimensions.</param>
    public double Measure(OmnitreeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfNotEqual(shape.Dimensions, _dimensions);
        WorkerPool.Run(Parts, new AskWork(this, shape));
        var different = 0L;
        for (var i = 0; i < _truth.Length; i++)
            different += _truth[i] != _answers[i] ? 1 : 0;
        return different / (double)_truth.Length;
    }

    private readonly struct DrawWork(ShapeError error, IShapeIndicator body, ulong seed) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, count) = (part * PointsPerPart, Math.Min(PointsPerPart, error._truth.Length - part * PointsPerPart));
            var points = error._points.AsSpan(start * error._dimensions, count * error._dimensions);
            var random = new RandomStream(seed, "error", (ulong)part);
            foreach (ref var coordinate in points)
                coordinate = random.NextDouble();
            body.Inside(points, error._truth.AsSpan(start, count));
        }
    }

    private readonly struct AskWork(ShapeError error, OmnitreeShape shape) : IParallelWork
    {
        public void Run(int part)
        {
            var (start, count) = (part * PointsPerPart, Math.Min(PointsPerPart, error._truth.Length - part * PointsPerPart));
            shape.Inside(error._points.AsSpan(start * error._dimensions, count * error._dimensions), error._answers.AsSpan(start, count));
        }
    }
}
