"""The plugins that come with the platform. Each could be deleted; the machinery is app/plugins."""
