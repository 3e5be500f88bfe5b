using Sparseland.Chance;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Voxels;

namespace Sparseland.Trees.Tests.Voxels;

/// <summary>The same as a grid, voxel by voxel in a box: what operations are checked against.</summary>
internal sealed class DenseVoxels
{
    public const int Least = -15;
    public const int Side = 34;

    private readonly float _background;
    private readonly float[] _values = new float[Side * Side * Side];
    private readonly bool[] _active = new bool[Side * Side * Side];

    private DenseVoxels(float background)
    {
        _background = background;
        Array.Fill(_values, background);
    }

    /// <summary>Random voxels, boxes and holes, in a grid and in its double.</summary>
    public static (VoxelGrid<float> Grid, DenseVoxels Dense) Make(ulong seed, float background)
    {
        var random = new RandomStream(seed, "voxels");
        var (grid, dense) = (new VoxelGrid<float>(background), new DenseVoxels(background));
        var accessor = grid.Accessor();
        for (var step = random.NextInt(60); step > 0; step--)
        {
            var value = (float)random.NextInt(5);
            switch (random.NextInt(6))
            {
                case 0:
                    var (a, b) = (Next(), Next());
                    var (lower, upper) = (new VoxelCoordinate(Math.Min(a.X, b.X), Math.Min(a.Y, b.Y), Math.Min(a.Z, b.Z)), new VoxelCoordinate(Math.Max(a.X, b.X), Math.Max(a.Y, b.Y), Math.Max(a.Z, b.Z)));
                    var active = random.NextInt(3) > 0;
                    grid.Fill(lower, upper, value, active);
                    dense.Each((at, i) =>
                    {
                        if (at.X >= lower.X && at.Y >= lower.Y && at.Z >= lower.Z && at.X <= upper.X && at.Y <= upper.Y && at.Z <= upper.Z)
                            (dense._values[i], dense._active[i]) = (value, active);
                    });
                    break;
                case 1:
                    var hole = Next();
                    grid.Set(hole.X, hole.Y, hole.Z, value, active: false);
                    (dense._values[Index(hole)], dense._active[Index(hole)]) = (value, false);
                    break;
                default:
                    var place = Next();
                    accessor.Set(place.X, place.Y, place.Z, value);
                    (dense._values[Index(place)], dense._active[Index(place)]) = (value, true);
                    break;
            }
        }
        return (grid, dense);

        // A step is left around, so that dilation stays inside.
        VoxelCoordinate Next() => new(Least + 3 + random.NextInt(Side - 6), Least + 3 + random.NextInt(Side - 6), Least + 3 + random.NextInt(Side - 6));
    }

    public void UnionWith(DenseVoxels other) => Each((_, i) =>
    {
        if (other._active[i] && !_active[i])
            (_values[i], _active[i]) = (other._values[i], true);
    });

    public void DropWhere(Func<bool, bool> drops, DenseVoxels other) => Each((_, i) =>
    {
        if (_active[i] && drops(other._active[i]))
            (_values[i], _active[i]) = (_background, false);
    });

    public void Dilate(Connectivity connectivity)
    {
        var before = (bool[])_active.Clone();
        Each((at, i) =>
        {
            foreach (var neighbour in before[i] ? Around(at, connectivity) : [])
                _active[Index(neighbour)] = true;
        });
    }

    public void Erode(Connectivity connectivity)
    {
        var before = (bool[])_active.Clone();
        Each((at, i) =>
        {
            if (before[i] && Around(at, connectivity).Any(n => !before[Index(n)]))
                (_values[i], _active[i]) = (_background, false);
        });
    }

    public void AssertSame(VoxelGrid<float> grid)
    {
        var accessor = grid.Accessor();
        var active = new List<ActiveVoxel<float>>();
        Each((at, i) =>
        {
            var found = (accessor.Get(at.X, at.Y, at.Z), accessor.IsActive(at.X, at.Y, at.Z));
            if (found != (_values[i], _active[i]))
                Assert.Fail($"{at} is {found}, expected {(_values[i], _active[i])}");
            if (_active[i])
                active.Add(new(at, _values[i]));
        });
        Assert.Equal(active.Count, grid.ActiveCount);
        Assert.True(grid.ActiveVoxels().OrderBy(v => v.Coordinate.Z).ThenBy(v => v.Coordinate.Y).ThenBy(v => v.Coordinate.X).SequenceEqual(active));
    }

    private void Each(Action<VoxelCoordinate, int> visit)
    {
        for (var i = 0; i < _values.Length; i++)
            visit(new(Least + i % Side, Least + i / Side % Side, Least + i / (Side * Side)), i);
    }

    private static int Index(VoxelCoordinate at) => ((at.Z - Least) * Side + at.Y - Least) * Side + at.X - Least;

    private static IEnumerable<VoxelCoordinate> Around(VoxelCoordinate at, Connectivity connectivity)
    {
        for (var step = 0; step < 27; step++)
        {
            var (dx, dy, dz) = (step % 3 - 1, step / 3 % 3 - 1, step / 9 - 1);
            var steps = Math.Abs(dx) + Math.Abs(dy) + Math.Abs(dz);
            var place = new VoxelCoordinate(at.X + dx, at.Y + dy, at.Z + dz);
            var inside = place.X >= Least && place.Y >= Least && place.Z >= Least && place.X < Least + Side && place.Y < Least + Side && place.Z < Least + Side;
            if (inside && steps > 0 && steps <= (connectivity == Connectivity.Faces ? 1 : connectivity == Connectivity.Edges ? 2 : 3))
                yield return place;
        }
    }
}
