using Sparseland.Errors;
using Sparseland.Space.Worlds.Tracing;

namespace Sparseland.Space.Worlds;

/// <summary>Which views of a scene are rendered, and how.</summary>
public sealed record SceneDatasetOptions
{
    /// <summary>Views to learn from, at least 1.</summary>
    public int TrainViews { get; init; } = 40;

    /// <summary>Views to choose settings by.</summary>
    public int ValidationViews { get; init; }

    /// <summary>Views to judge by.</summary>
    public int TestViews { get; init; } = 8;

    /// <summary>Columns of each picture.</summary>
    public int Width { get; init; } = 128;

    /// <summary>Rows of each picture.</summary>
    public int Height { get; init; } = 128;

    /// <summary>How they are traced; the view's number is set for each, and the seed also chooses the cameras.</summary>
    public RenderSettings Render { get; init; } = new();

    /// <summary>What light is multiplied with for display, one for the whole set.</summary>
    public float Exposure { get; init; } = 1;

    /// <summary>Whether an existing folder may be replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidSettingException">One is out of range.</exception>
    public void Validate()
    {
        if (TrainViews < 1 || ValidationViews < 0 || TestViews < 0 || (long)TrainViews + ValidationViews + TestViews > 100_000)
            throw new InvalidSettingException($"{TrainViews} training, {ValidationViews} validation and {TestViews} test views; give at least one to train with, and 100,000 in all at most");
        if (Width is < 1 or > 16384 || Height is < 1 or > 16384)
            throw new InvalidSettingException($"pictures of {Width} x {Height}; give 1 to 16384 columns and rows");
        if (!(Exposure > 0 && float.IsFinite(Exposure)))
            throw new InvalidSettingException($"an exposure of {Exposure}; it must be above 0");
        Render.Validate();
    }
}
