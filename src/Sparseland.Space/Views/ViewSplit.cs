namespace Sparseland.Space.Views;

/// <summary>What a view is for.</summary>
public enum ViewSplit
{
    /// <summary>To learn from.</summary>
    Train,

    /// <summary>To choose settings by.</summary>
    Validation,

    /// <summary>To judge by.</summary>
    Test,
}
