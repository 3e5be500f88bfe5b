using Sparseland.Chance;
using CsCheck;
using Sparseland.Errors;
using Sparseland.Trees.Octrees;
using Sparseland.Trees.Voxels;

namespace Sparseland.Trees.Tests.Voxels;

public class VoxelGridTests
{
    private static readonly Gen<Connectivity> Connectivities = Gen.OneOf(Gen.Const(Connectivity.Faces), Gen.Const(Connectivity.Edges), Gen.Const(Connectivity.Corners));

    [Fact]
    public void A_grid_reads_what_was_written_and_pruning_changes_nothing() => Gen.Select(Gen.ULong, Gen.OneOf(Gen.Const(0f), Gen.Const(7f))).Sample((seed, background) =>
    {
        var (grid, dense) = DenseVoxels.Make(seed, background);
        dense.AssertSame(grid);
        var bricks = grid.BrickCount;
        grid.Prune();
        dense.AssertSame(grid);
        Assert.True(grid.BrickCount <= bricks);
    }, iter: 6, seed: "0000KDc4Hx31");

    [Fact]
    public void Set_operations_are_those_of_every_voxel() => Gen.Select(Gen.ULong, Gen.ULong, Gen.Int[0, 2]).Sample((seed, otherSeed, operation) =>
    {
        var (grid, dense) = DenseVoxels.Make(seed, 1);
        var (other, otherDense) = DenseVoxels.Make(otherSeed, 2);
        if (seed % 2 == 0)
            other.Prune();
        if (operation == 0)
        {
            grid.UnionWith(other);
            dense.UnionWith(otherDense);
        }
        else if (operation == 1)
        {
            grid.IntersectWith(other);
            dense.DropWhere(theirs => !theirs, otherDense);
        }
        else
        {
            grid.ExceptWith(other);
            dense.DropWhere(theirs => theirs, otherDense);
        }
        dense.AssertSame(grid);
        otherDense.AssertSame(other);
    }, iter: 9, seed: "0000KDc4Hx31");

    [Fact]
    public void Dilation_and_erosion_are_those_of_every_voxel() => Gen.Select(Gen.ULong, Connectivities, Gen.Int[1, 2]).Sample((seed, connectivity, steps) =>
    {
        var (grid, dense) = DenseVoxels.Make(seed, 1);
        grid.Dilate(steps, connectivity);
        for (var step = 0; step < steps; step++)
            dense.Dilate(connectivity);
        dense.AssertSame(grid);
        grid.Erode(1, connectivity);
        dense.Erode(connectivity);
        dense.AssertSame(grid);
    }, iter: 5, seed: "0000KDc4Hx31");

    [Fact]
    public void Dilation_and_erosion_are_the_same_for_any_number_of_threads()
    {
        ActiveVoxel<float>[]? first = null;
        ThreadCounts.Each(() =>
        {
            var (grid, _) = DenseVoxels.Make(9, 0);
            grid.Set(0, 0, 0, 1);
            grid.Dilate(20, Connectivity.Edges);
            grid.Erode(12, Connectivity.Corners);
            var voxels = grid.ActiveVoxels().ToArray();
            first ??= voxels;
            Assert.True(voxels.AsSpan().SequenceEqual(first));
        });
        Assert.NotEmpty(first!);
    }

    [Fact]
    public void A_box_becomes_tiles_and_a_node_and_is_divided_where_it_is_written()
    {
        var grid = new VoxelGrid<float>(-1);
        grid.Fill(new(-128, 0, 0), new(127, 135, 127), 2);
        Assert.Equal(256L * 136 * 128, grid.ActiveCount);
        Assert.Equal(0, grid.BrickCount);
        grid.Set(5, 5, 5, 3);
        grid.Set(-5, 133, 5, 2);
        Assert.Equal(2, grid.BrickCount);
        Assert.Equal([3f, 2f, 2f, -1f], new[] { grid.Get(5, 5, 5), grid.Get(5, 5, 6), grid.Get(-128, 0, 0), grid.Get(0, 136, 0) });
        grid.Prune();
        Assert.Equal(1, grid.BrickCount);
        grid.Erode();
        Assert.Equal(254L * 134 * 126, grid.ActiveCount);
        grid.Dilate();
        var other = new VoxelGrid<float>();
        other.UnionWith(grid);
        Assert.True(grid.ActiveVoxels().SequenceEqual(other.ActiveVoxels()));
        grid.ExceptWith(other);
        Assert.Equal(0, grid.ActiveCount);
        Assert.Equal(0, grid.Bytes);
        Assert.Empty(grid.ActiveVoxels());
    }

    [Fact]
    public void An_accessor_sees_what_others_write_and_what_operations_change()
    {
        var grid = new VoxelGrid<int>(4);
        var (reader, writer) = (grid.Accessor(), grid.Accessor());
        Assert.Equal(4, reader.Get(1, 2, 3));
        writer.Set(1, 2, 3, 9);
        Assert.Equal(9, reader.Get(1, 2, 3));
        grid.Fill(new(0, 0, 0), new(7, 7, 7), 5);
        Assert.Equal(5, reader.Get(1, 2, 3));
        writer.Set(1, 2, 3, 6);
        Assert.Equal(6, reader.Get(1, 2, 3));
        grid.ExceptWith(grid);
        Assert.Equal((4, false), (reader.Get(1, 2, 3), reader.IsActive(1, 2, 3)));
        Assert.Equal((4, false), (reader.Get(int.MinValue, 0, 0), reader.IsActive(int.MaxValue, 0, 0)));
    }

    [Fact]
    public void The_ends_of_the_reach_are_written_and_what_is_beyond_is_refused()
    {
        var grid = new VoxelGrid<float>();
        var (least, most) = (VoxelCoordinate.Least, VoxelCoordinate.Most);
        grid.Set(least, most, least, 1);
        grid.Set(most, least, most, 2);
        grid.Dilate(1, Connectivity.Corners);
        Assert.Equal(16, grid.ActiveCount);
        Assert.Equal(1f, grid.Get(least, most, least));
        Assert.Throws<ArgumentOutOfRangeException>(() => grid.Set(most + 1, 0, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => grid.Accessor().Set(0, least - 1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => grid.Fill(new(0, 0, 0), new(0, -1, 0), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => grid.Dilate(1, (Connectivity)7));
        Assert.Contains("nodes", Assert.Throws<ResourceLimitException>(() => grid.Fill(new(least, least, least), new(most, most, most), 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_voxels_read_at_once_are_those_read_one_by_one()
    {
        var (grid, _) = DenseVoxels.Make(5, 7);
        grid.Prune();
        var random = new RandomStream(6, "many");
        var places = Enumerable.Range(0, 1001).Select(i => i % 97 == 0 ? new VoxelCoordinate(int.MaxValue, 0, int.MinValue) : new(random.NextInt(80) - 40, random.NextInt(80) - 40, random.NextInt(80) - 40)).ToArray();
        var values = new float[places.Length];
        grid.Accessor().Get(places, values);
        Assert.Equal(places.Select(place => grid.Get(place.X, place.Y, place.Z)), values);
        Assert.Throws<ArgumentException>(() => grid.Accessor().Get(places, values.AsSpan(1)));
    }
}
