using System.Numerics;
using Sparseland.Errors;
using Sparseland.Progress;
using Sparseland.Space.Fields;
using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>
/// A field sampled on a lattice over a box, where its level may lie: boxes are divided as long as the value in the middle is not further from the level than the field can change to a corner
/// (Hart, "Sphere tracing", 1996, section 2), down to blocks, which are sampled in full.
/// </summary>
internal sealed class FieldSamples : SurfaceSamples
{
    private const int BlocksPerBatch = 256;

    // More cells a side than any field is sampled at, within the reach of a block's code.
    private const int MostCells = 1 << 20;

    private readonly float[][] _batches;

    public FieldSamples(IBatchField field, Box3 box, float spacing, SurfaceOptions options, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        Frame = new(box.Minimum, spacing);
        if (box.IsEmpty || !Frame.IsValid || !float.IsFinite(box.Maximum.X + box.Maximum.Y + box.Maximum.Z))
            throw new InvalidSettingException($"a field sampled every {spacing} m from {box.Minimum} to {box.Maximum}; the box must be finite and not empty, the spacing above 0");
        var counts = Vector3.Max(Vector3.One, new(MathF.Ceiling(box.Extent.X / spacing - 1e-3f), MathF.Ceiling(box.Extent.Y / spacing - 1e-3f), MathF.Ceiling(box.Extent.Z / spacing - 1e-3f)));
        if (Math.Max(counts.X, Math.Max(counts.Y, counts.Z)) > MostCells)
            throw new ResourceLimitException($"a field sampled every {spacing} m over {box.Extent} m has more than {MostCells} cells a side; take a spacing of at least {box.Extent.Length() / MostCells}");
        LastCell = new((int)counts.X - 1, (int)counts.Y - 1, (int)counts.Z - 1);
        Keys = Divide(field, options, cancellationToken);
        _batches = new float[(Keys.Length + BlocksPerBatch - 1) / BlocksPerBatch][];
        Sample(field, progress, cancellationToken);
    }

    public override ulong[] Keys { get; }

    public override VoxelFrame Frame { get; }

    public override VoxelCoordinate FirstCell => default;

    public override VoxelCoordinate LastCell { get; }

    public override void Read(int block, Span<float> window) =>
        _batches[block / BlocksPerBatch].AsSpan(block % BlocksPerBatch * WindowSamples, WindowSamples).CopyTo(window);

    private ulong[] Divide(IBatchField field, SurfaceOptions options, CancellationToken cancellationToken)
    {
        var most = Math.Max(LastCell.X, Math.Max(LastCell.Y, LastCell.Z)) + 1;
        var side = Side;
        while (side <= most)
            side *= 2;
        var boxes = new List<VoxelCoordinate> { default };
        // Boxes of the last round are blocks; a root that is one itself is looked at too.
        for (var first = true; side > Side || first; first = false)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (side > Side)
            {
                side /= 2;
                boxes = Children(boxes, side);
            }
            boxes = Near(field, boxes, side, options);
            if (boxes.Count * (long)WindowSamples * sizeof(float) > options.LimitBytes)
                throw TooLarge(boxes.Count, side, options.LimitBytes);
        }
        var keys = boxes.Select(Key).ToArray();
        Array.Sort(keys);
        return keys;
    }

    private List<VoxelCoordinate> Children(List<VoxelCoordinate> boxes, int side)
    {
        var children = new List<VoxelCoordinate>(8 * boxes.Count);
        foreach (var box in boxes)
        {
            for (var part = 0; part < 8; part++)
            {
                var child = new VoxelCoordinate(box.X + side * (part & 1), box.Y + side * ((part >> 1) & 1), box.Z + side * (part >> 2));
                // The samples behind the last cell belong to it.
                if (child.X <= LastCell.X + 1 && child.Y <= LastCell.Y + 1 && child.Z <= LastCell.Z + 1)
                    children.Add(child);
            }
        }
        return children;
    }

    private List<VoxelCoordinate> Near(IBatchField field, List<VoxelCoordinate> boxes, int side, SurfaceOptions options)
    {
        if (float.IsPositiveInfinity(options.Lipschitz))
            return boxes;
        // A block's window reaches one sample beyond its side; a little more for roundings.
        var reach = options.Lipschitz * Frame.Spacing * (0.5f * side + 0.01f) * MathF.Sqrt(3);
        var points = boxes.Select(box => Frame.PointAt(new Vector3(box.X, box.Y, box.Z) + new Vector3(0.5f * side))).ToArray();
        var distances = new float[points.Length];
        field.Distances(points, distances);
        RequireNumbers(points, distances);
        return [.. boxes.Where((_, i) => Math.Abs(distances[i] - options.Level) <= reach)];
    }

    private void Sample(IBatchField field, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        for (var batch = 0; batch < _batches.Length; batch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = batch * BlocksPerBatch;
            var blocks = Math.Min(BlocksPerBatch, Keys.Length - first);
            var points = new Vector3[blocks * WindowSamples];
            for (var block = 0; block < blocks; block++)
            {
                var lowest = Lowest(first + block);
                for (var i = 0; i < WindowSamples; i++)
                    points[block * WindowSamples + i] = Frame.PointAt(new(lowest.X + i % WindowSide, lowest.Y + i / WindowSide % WindowSide, lowest.Z + i / (WindowSide * WindowSide)));
            }
            _batches[batch] = new float[points.Length];
            field.Distances(points, _batches[batch]);
            RequireNumbers(points, _batches[batch]);
            progress?.Report(new("sampling the field", batch + 1, _batches.Length));
        }
    }

    private ResourceLimitException TooLarge(int boxes, int side, long limit)
    {
        // A surface has four times the blocks at half the spacing.
        var needed = boxes * (double)WindowSamples * sizeof(float) * (side / Side) * (side / Side);
        return new($"a field sampled every {Frame.Spacing} m needs about {needed:N0} bytes for its samples and {limit:N0} are allowed; a spacing of {Frame.Spacing * Math.Sqrt(needed / limit) * 1.1:G3} m fits");
    }

    private static void RequireNumbers(ReadOnlySpan<Vector3> points, ReadOnlySpan<float> distances)
    {
        var fault = distances.IndexOf(float.NaN);
        if (fault >= 0)
            throw new NumericalException($"the field is NaN at {points[fault]}, and its values must be numbers; clip it or choose another box");
    }
}
