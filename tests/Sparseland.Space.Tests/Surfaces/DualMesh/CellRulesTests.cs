using Sparseland.Space.Surfaces.DualMesh;

namespace Sparseland.Space.Tests.Surfaces.DualMesh;

public class CellRulesTests
{
    private static readonly Vector3Double Minimum = new(1, 2, 3);

    [Fact]
    public void A_plane_through_the_middle_gives_the_middle()
    {
        Assert.True(CellRules.TryPlane(new(1.5, 2.5, 3.5), new Vector3Double(1, 2, 3).Unit(), Minimum, 1, 0.15, out var mean));
        Assert.True((mean - new Vector3Double(1.5, 2.5, 3.5)).Length < 1e-12);
    }

    [Theory]
    [InlineData(1.1, true)]
    [InlineData(1.2, false)]
    public void A_plane_beside_the_leaf_counts_up_to_the_factor(double height, bool expected)
    {
        var found = CellRules.TryPlane(new(1.5, 2.5, 3 + height), new(0, 0, 1), Minimum, 1, 0.15, out var mean);
        Assert.Equal(expected, found);
        if (found)
            Assert.True((mean - new Vector3Double(1.5, 2.5, 3 + height)).Length < 1e-12);
    }

    [Fact]
    public void A_line_gives_the_middle_of_its_way_through_the_leaf()
    {
        Assert.True(CellRules.TryLine(new(1.25, 2.5, 9), new(0, 0, 1), Minimum, 1, 1, out var mean));
        Assert.True((mean - new Vector3Double(1.25, 2.5, 3.5)).Length < 1e-12);
    }

    [Theory]
    [InlineData(1.9, true)]
    [InlineData(2.1, false)]
    public void A_line_beside_the_leaf_counts_up_to_the_factor(double offset, bool expected) =>
        Assert.Equal(expected, CellRules.TryLine(new(1 + offset, 2.5, 3.5), new(0, 0, 1), Minimum, 1, 1, out _));

    [Fact]
    public void Faces_and_edges_that_run_along_are_no_hits()
    {
        // The line runs in the planes of four faces; only the two that it crosses count.
        Assert.True(CellRules.TryLine(new(1, 2, 0), new(0, 0, 1), Minimum, 1, 1, out var mean));
        Assert.True((mean - new Vector3Double(1, 2, 3.5)).Length < 1e-12);
    }
}
