using Sparseland.Trees.Omnitrees;

namespace Sparseland.Trees.Tests.Omnitrees;

public class SobolIndicesTests
{
    // The first 2^m points of every dimension have one in each of 2^m equal intervals.
    [Fact]
    public void Every_dimension_of_the_sequence_is_spread_evenly()
    {
        for (var dimension = 0; dimension < SobolSequence.MaximumDimensions; dimension++)
        {
            foreach (var count in new[] { 2, 16, 512, 4096 })
                Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(i => (int)(SobolSequence.Coordinate((uint)i, dimension) * count)).Order());
        }
    }

    [Fact]
    public void The_first_points_have_one_in_each_orthant_for_any_number_of_dimensions()
    {
        for (var dimensions = 1; dimensions <= 16; dimensions++)
        {
            var seen = new HashSet<int>();
            for (var i = 0u; i < 1u << dimensions; i++)
                Assert.True(seen.Add(Enumerable.Range(0, dimensions).Sum(j => SobolSequence.Coordinate(i, j) < 0.5 ? 0 : 1 << j)));
        }
    }

    [Fact]
    public void Pairs_of_dimensions_integrate_a_product_well()
    {
        for (var one = 0; one < SobolSequence.MaximumDimensions; one++)
        {
            for (var other = 0; other < one; other++)
                Assert.Equal(0.25, Enumerable.Range(0, 512).Average(i => SobolSequence.Coordinate((uint)i, one) * SobolSequence.Coordinate((uint)i, other)), 0.012);
        }
    }

    [Fact]
    public void Rows_of_the_design_exchange_one_coordinate()
    {
        var design = new SaltelliDesign(3, 16, 1);
        Assert.Equal(16 * 8, design.Count);
        double[] Point(int row, int place) => design.Points[((row * 8 + place) * 3)..((row * 8 + place + 1) * 3)];
        for (var row = 0; row < 16; row++)
        {
            var (a, b) = (Point(row, 0), Point(row, 1));
            Assert.Equal([b[0], a[1], a[2]], Point(row, 2));
            Assert.Equal([a[0], a[1], b[2]], Point(row, 4));
            Assert.Equal([b[0], a[1], b[2]], Point(row, 6));
        }
    }

    [Fact]
    public void A_half_space_is_explained_by_its_own_dimension_alone()
    {
        var (design, indices) = Make(3);
        var (inside, mean) = Ask(design, x => x[0] < 0.5);
        Assert.Equal(1, indices.Closed(1, inside, mean), 3);
        Assert.InRange(indices.Closed(2, inside, mean), 0, 0.01);
        Assert.InRange(indices.Closed(4, inside, mean), 0, 0.01);
        Assert.Equal(1, indices.Total(0, inside, mean), 0.1);
        Assert.Equal(0, indices.Total(1, inside, mean));
    }

    [Fact]
    public void Of_an_exclusive_or_only_the_pair_explains_anything()
    {
        var (design, indices) = Make(3);
        var (inside, mean) = Ask(design, x => (x[1] < 0.5) != (x[2] < 0.5));
        for (var dimension = 0; dimension < 3; dimension++)
            Assert.InRange(indices.Closed(1 << dimension, inside, mean), 0, 0.02);
        Assert.Equal(1, indices.Closed(6, inside, mean), 2);
        Assert.InRange(indices.Closed(3, inside, mean), 0, 0.02);
        Assert.Equal(0, indices.Total(0, inside, mean));
        Assert.Equal(1, indices.Total(1, inside, mean), 0.1);
        Assert.Equal(1, indices.Total(2, inside, mean), 0.1);
    }

    // x < 1/2 and y < 1/2: p = 1/4, V = 3/16, variance of E[f | x] = 1/16, so S = 1/3 each and S_T = 2/3.
    [Fact]
    public void Of_a_corner_each_side_explains_a_third()
    {
        var (design, indices) = Make(2);
        var (inside, mean) = Ask(design, x => x[0] < 0.5 && x[1] < 0.5);
        foreach (var dimension in new[] { 0, 1 })
        {
            Assert.Equal(1 / 3.0, indices.Closed(1 << dimension, inside, mean), 0.02);
            Assert.Equal(2 / 3.0, indices.Total(dimension, inside, mean), 0.05);
        }
        Assert.Equal(1, indices.Closed(3, inside, mean), 2);
    }

    private static (SaltelliDesign Design, SobolIndices Indices) Make(int dimensions)
    {
        var design = new SaltelliDesign(dimensions, 512, 1);
        return (design, new(design, 8, subsets: true));
    }

    private static (bool[] Inside, double Mean) Ask(SaltelliDesign design, PointPredicate predicate)
    {
        var inside = new bool[design.Count];
        new PredicateShape(design.Dimensions, predicate).Inside(design.Points, inside);
        return (inside, inside.Count(answer => answer) / (double)inside.Length);
    }
}
